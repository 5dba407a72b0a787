// SPDX-License-Identifier: Apache-2.0

public import Logging

/// What becomes of a queue beyond its counts; each is told once.
public enum ExportQueueEvent: Sendable, Hashable {
    /// More waits than memory should hold, and goes to the disk from now on.
    case spooling
    /// The disk takes nothing; what comes waits in memory, as much as there is room for.
    case spoolFailed(SpoolError)
    /// The disk takes messages again.
    case spoolWorks
    /// The spool is full, and what is oldest goes.
    case spoolFull
    /// Everything that was in the spool was sent.
    case spoolEmptied
}

extension ExportQueueEvent {
    /// Writes the event's line.
    ///
    /// - Parameter collector: whose queue it is.
    public func log(_ logger: Logger, collector: Endpoint) {
        let metadata: Logger.Metadata = ["collector": "\(collector)"]
        switch self {
        case .spooling: logger.notice("the collector does not keep up: records go to the spool", metadata: metadata)
        case .spoolFailed(let error):
            logger.error(
                "the spool takes nothing: records wait in memory",
                metadata: metadata.merging(["cause": "\(error)"]) { _, new in new })
        case .spoolWorks: logger.notice("the spool takes records again", metadata: metadata)
        case .spoolFull: logger.error("the spool is full: the oldest records go, and are counted", metadata: metadata)
        case .spoolEmptied: logger.notice("everything in the spool was sent", metadata: metadata)
        }
    }
}
