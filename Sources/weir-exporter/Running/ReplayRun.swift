// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// Meters a recording as if it ended now: as fast as it can be read, with the recording's own times moved forward.
struct ReplayRun {
    let recording: Recording
    let now: Timestamp

    func run(_ stage: inout MeteringStage) {
        guard let last = recording.observations.last else { return }
        let offset = now - last.time
        for observation in recording.observations { stage.take(observation.moved(by: offset)) }
        stage.finish(at: now)
    }
}

extension Observation {
    func moved(by offset: Duration) -> Observation {
        var moved = self
        moved.time = time + offset
        moved.connections = connections?.map { connection in
            var connection = connection
            connection.start = connection.start.map { $0 + offset }
            connection.stop = connection.stop.map { $0 + offset }
            return connection
        }
        moved.denied = denied.map { packet in
            var packet = packet
            packet.time = packet.time + offset
            return packet
        }
        return moved
    }
}
