// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import IPFIXTransport
import Logging
import Metering
import PacketCapture

/// Meters a capture file by its own clock, as fast as it can be read and sent.
struct CaptureRun {
    let capture: OpenCapture
    let meter: PacketMeter.Configuration
    let interval: Duration
    let queues: [ExportQueue]
    let stopping: Mailbox<Void>
    let logger: Logger

    /// Messages that wait for a collector before reading waits for it. Below what a queue drops at.
    private static let patience: UInt64 = 1024
    /// Ends that are metered before the interval is over.
    private static let batch = 4096

    /// - Returns: false when the file could not be read to its end.
    func run(_ stage: inout MeteringStage) -> Bool {
        var meter = PacketMeter(self.meter, seed: .random(in: .min ... .max))
        var progress = CaptureProgress(capture)
        var frame = Frame.empty
        var due: Timestamp?
        var last = Timestamp(milliseconds: 0)
        var isWhole = true
        do throws(CaptureError) {
            while try capture.file.read(into: &frame), !stopping.isClosed {
                last = max(last, frame.time)
                // A turn ends before the first frame behind it, so that the same file makes the same records.
                if due.map({ last >= $0 }) ?? true || meter.endCount >= Self.batch {
                    if due != nil { turn(&meter, &stage, at: due.map { min($0, last) } ?? last) }
                    due = last + interval
                }
                meter.receive(frame)
                progress.note(capture.file)
            }
        } catch {
            isWhole = false
            logger.error("capture not read to its end", metadata: ["cause": "\(error)"])
        }
        progress.finish()
        meter.finish()
        turn(&meter, &stage, at: last)
        stage.finish(at: last)
        report(meter.statistics)
        return isWhole
    }

    private func turn(_ meter: inout PacketMeter, _ stage: inout MeteringStage, at now: Timestamp) {
        var events: [ConnectionEvent] = []
        meter.takeEvents { captured, kind in events.append(ConnectionEvent(captured.connection, kind: kind)) }
        stage.meter(Observation(time: now, report: .events(events)))
        stage.expire(at: now)
        while queues.contains(where: { $0.statistics.waiting.messages >= Self.patience }) {
            if case .closed = stopping.take(timeout: .milliseconds(5)) { return }
        }
    }

    private func report(_ statistics: PacketMeterStatistics) {
        logger.info("captured", metadata: statistics.metadata)
    }
}

extension PacketMeterStatistics {
    var metadata: Logger.Metadata {
        [
            "frames": "\(frames)", "metered": "\(metered)", "not IP": "\(notIP)", "malformed": "\(malformed)", "cut": "\(cut)",
            "without ports": "\(withoutPorts)", "fragments": "\(fragments)", "fragments alone": "\(fragmentsAlone)",
            "connections": "\(begun)", "displaced": "\(displaced)", "ends untold": "\(endsUntold)",
        ]
    }
}
