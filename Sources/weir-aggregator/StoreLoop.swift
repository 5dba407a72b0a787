// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowStore
import IPFIX
import Logging

/// The writer thread: one transaction a batch, or several of a thousand intervals. What the store refuses for now is written again until it is
/// taken. Between batches, what is too old to be kept is removed a little at a time.
struct StoreLoop {
    let writer: FlowWriter
    let batches: Mailbox<StoreBatch>
    let retention: RetentionPolicy
    let clock: SteadyClock
    let logger: Logger
    /// Once closed, a batch that fails is tried for this long at most: the program is to end.
    let isStopping: @Sendable () -> Bool
    /// Shown what came of each batch.
    var board: LedgerBoard?

    /// Of a transaction. A power cut takes at most so many, and nothing waits long for the writer.
    private static let intervalsAtOnce = 1000
    private static let pause = Duration.milliseconds(500)
    private static let lastPatience = Duration.seconds(4)
    /// Between looks for what is too old, when the last one found nothing more.
    private static let retentionPeriod = Duration.seconds(10)
    /// How often it is told that the store still refuses.
    private static let reminder = Duration.seconds(60)

    struct Result: Sendable {
        /// Intervals and amendments of connections that are in the store.
        var intervals = 0
        /// Those of batches that the store refused until the program had to end.
        var intervalsLost = 0
        /// Those that have no place in the store.
        var intervalsRefused = 0
        /// Rows that were removed for age, for size, and for want of room on the disk.
        var rowsRemoved = 0
        /// Whether the store was found damaged, even if nothing was lost by that yet.
        var isDamaged = false
    }

    func run() -> Result {
        var result = Result()
        // What the ledger is to be told of batches that are done.
        var drops: ExporterMinute?
        // Not at once: at the start there are connections to resume and batches that have waited.
        var nextRetention = clock.now + Self.retentionPeriod
        var sizes = SizeWarning(logger: logger)
        while true {
            let now = clock.now
            switch batches.take(timeout: max(.zero, nextRetention - now)) {
            case .element(var batch):
                if let told = drops { batch.exporterMinutes.append(told) }
                drops = store(batch, &result)
                board?.post(result)
            case .timedOut: break
            case .closed:
                if let told = drops { _ = store(StoreBatch(exporterMinutes: [told]), &result) }
                return result
            }
            if clock.now >= nextRetention, !isStopping() {
                nextRetention = clock.now + (retain(&result, &sizes) ? .zero : Self.retentionPeriod)
            }
        }
    }

    /// - Returns: what is to be entered into the ledger, because it could not be stored.
    private func store(_ batch: StoreBatch, _ result: inout Result) -> ExporterMinute? {
        let refusedBefore = result.intervalsRefused
        let written = write(batch, &result)
        let (refused, lost) = (result.intervalsRefused - refusedBefore, batch.intervals.count - written)
        result.intervals += written - refused
        result.intervalsLost += lost
        var minute = ExporterMinute.ofAggregator(at: clock.now)
        minute.drop(.withoutPlace, UInt64(refused))
        minute.drop(.storeFailed, UInt64(lost))
        return minute.isComplete ? nil : minute
    }

    /// - Returns: whether there is more to remove.
    private func retain(_ result: inout Result, _ sizes: inout SizeWarning) -> Bool {
        do throws(StoreError) {
            let step = try writer.retain(retention, at: clock.now)
            sizes.tell(step, at: clock.now)
            result.rowsRemoved += Int(step.rowsRemoved)
            if step.rowsRemoved > 0 {
                logger.debug("rows removed", metadata: ["rows": "\(step.rowsRemoved)", "for": step.isForSize ? "size" : "age"])
            }
            return step.hasMore
        } catch {
            logger.warning("retention could not remove anything, trying again", metadata: ["cause": "\(error)"])
            return false
        }
    }

    /// - Returns: how many of the batch's intervals the store has taken. When a part is given up, so is the rest.
    private func write(_ batch: StoreBatch, _ result: inout Result) -> Int {
        var written = 0
        repeat {
            let part = written..<min(written + Self.intervalsAtOnce, batch.intervals.count)
            guard write(batch, part, &result) else { break }
            written = part.upperBound
        } while written < batch.intervals.count
        return written
    }

    /// - Returns: whether the part was stored.
    private func write(_ batch: StoreBatch, _ part: Range<Int>, _ result: inout Result) -> Bool {
        let pauses = Mailbox<Void>(capacity: 1)
        var firstFailure: Timestamp?
        var lastTold = clock.now
        while true {
            do throws(StoreError) {
                let written = try writer.write(batch, intervals: part)
                if let firstFailure {
                    logger.notice("store writes again", metadata: ["after": "\(DurationText.text(for: clock.now - firstFailure))"])
                }
                result.intervalsRefused += written.refusedIntervals
                report(written)
                return true
            } catch {
                let began = firstFailure ?? clock.now
                if firstFailure == nil || clock.now - lastTold >= Self.reminder {
                    lastTold = clock.now
                    logger.error(
                        "store refuses to write, trying again",
                        metadata: ["cause": "\(error)", "intervals": "\(batch.intervals.count - part.lowerBound)"])
                }
                firstFailure = began
                if case .damaged = error {
                    result.isDamaged = true
                    if !isStopping() { Signals.terminate() }
                }
                if !error.isRetrySensible || isStopping() && clock.now - began > Self.lastPatience {
                    logger.error(
                        "batch given up", metadata: ["cause": "\(error)", "intervals": "\(batch.intervals.count - part.lowerBound)"])
                    return false
                }
                if error == .full, retention.givesUpOldestWhenFull, giveUpOldest(&result) { continue }
                _ = pauses.take(timeout: Self.pause)
            }
        }
    }

    /// - Returns: whether that made room.
    private func giveUpOldest(_ result: inout Result) -> Bool {
        do throws(StoreError) {
            let step = try writer.giveUpOldest()
            result.rowsRemoved += Int(step.rowsRemoved)
            if step.rowsRemoved > 0 {
                logger.warning("oldest intervals given up: the disk is full", metadata: ["rows": "\(step.rowsRemoved)"])
            }
            return step.rowsRemoved > 0
        } catch {
            return false
        }
    }

    private func report(_ written: WriteResult) {
        guard written.refusedIntervals > 0 || written.unknownNames > 0 else { return }
        logger.warning(
            "store left something out",
            metadata: ["intervals": "\(written.refusedIntervals)", "names": "\(written.unknownNames)"])
    }
}

/// Tells, once an hour, of sizes that are too small for what always stays.
private struct SizeWarning {
    let logger: Logger
    private var next: Timestamp?

    init(logger: Logger) { self.logger = logger }

    mutating func tell(_ step: RetentionStep, at now: Timestamp) {
        let settings = step.tooLarge.map { "retention-size-\($0.name)" } + (step.wholeIsTooLarge ? ["retention-size"] : [])
        guard !settings.isEmpty, next.map({ now >= $0 }) ?? true else { return }
        next = now + .seconds(3600)
        logger.warning(
            "larger than it may be: the last hour stays, and what coarser sums do not have yet",
            metadata: ["settings": "\(settings.joined(separator: ", "))"])
    }
}
