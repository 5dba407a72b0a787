// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowStore
import IPFIX
import Logging

/// The writer thread: one transaction a batch. A batch that the store refuses for now is written again until it is taken.
struct StoreLoop {
    let writer: FlowWriter
    let batches: Mailbox<StoreBatch>
    let clock: SteadyClock
    let logger: Logger
    /// Once closed, a batch that fails is tried for this long at most: the program is to end.
    let isStopping: @Sendable () -> Bool

    private static let pause = Duration.milliseconds(500)
    private static let lastPatience = Duration.seconds(4)

    struct Result: Sendable {
        var intervals = 0
        var intervalsLost = 0
    }

    func run() -> Result {
        var result = Result()
        while case .element(let batch) = batches.take() {
            if write(batch) {
                result.intervals += batch.intervals.count
            } else {
                result.intervalsLost += batch.intervals.count
            }
        }
        return result
    }

    private func write(_ batch: StoreBatch) -> Bool {
        let pauses = Mailbox<Void>(capacity: 1)
        var firstFailure: Timestamp?
        while true {
            do throws(StoreError) {
                let written = try writer.write(batch)
                report(written)
                return true
            } catch {
                let began = firstFailure ?? clock.now
                if firstFailure == nil {
                    logger.error(
                        "store refuses to write, trying again", metadata: ["cause": "\(error)", "intervals": "\(batch.intervals.count)"])
                }
                firstFailure = began
                if !error.isRetrySensible || isStopping() && clock.now - began > Self.lastPatience {
                    logger.error("batch given up", metadata: ["cause": "\(error)", "intervals": "\(batch.intervals.count)"])
                    return false
                }
                _ = pauses.take(timeout: Self.pause)
            }
        }
    }

    private func report(_ written: WriteResult) {
        guard written.refusedIntervals > 0 || written.unknownNames > 0 else { return }
        logger.warning(
            "store left something out",
            metadata: ["intervals": "\(written.refusedIntervals)", "names": "\(written.unknownNames)"])
    }
}
