// SPDX-License-Identifier: Apache-2.0

import Metering

extension MeteringProcess {
    /// Takes one observation in.
    mutating func meter(_ observation: Observation) {
        let now = observation.time, source = observation.source
        if let pods = observation.pods { update(pods: pods, at: now) }
        for packet in observation.denied { observe(packet) }
        switch observation.report {
        case .pollBegan: beginPoll(of: source, at: now)
        case .entries(let connections): for connection in connections { observe(connection, from: source, at: now) }
        case .pollEnded(let isWhole): endPoll(of: source, isWhole: isWhole, at: now)
        case .poll(let connections, let isWhole): observe(Poll(time: now, connections: connections, isWhole: isWhole), from: source)
        case .events(let events):
            for event in events { observe(event.connection, kind: event.kind, from: source, at: now) }
        case nil: break
        }
    }
}
