// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// How much of what there was to know of a time range the store has.
public struct Completeness: Sendable, Hashable {
    /// Exporters (with their observation domains) that reported in the range.
    public var exporters = 0
    /// What is missing, in order of time; empty when nothing is known to be.
    public var gaps: [Gap] = []
    /// The end of the span at the range's start in which nobody reported.
    public var nothingBefore: Timestamp?
    /// The start of the span at the range's end in which nobody reported.
    public var nothingAfter: Timestamp?
    /// What ended before is no longer kept in the detail that was asked for, and the range begins there; nil if none of it was removed.
    public var removedBefore: Timestamp?
    /// Imports of files with flows that ended in the range, or at either side of it; the latest last.
    public var imports: [ImportProgress] = []

    public init() {}

    public enum State: String, Sendable {
        case complete, incomplete
        /// No exporter reported in the range.
        case unknown
    }

    /// A file says nothing of the minutes in which nothing was exported, so that it can tell of something missing, but not that nothing is.
    public var state: State {
        if removedBefore != nil || imports.contains(where: \.isIncomplete) { return .incomplete }
        if exporters == 0 { return .unknown }
        return gaps.isEmpty && nothingBefore == nil && nothingAfter == nil ? .complete : .incomplete
    }

    /// Minutes in a row in which an exporter's records did not all arrive.
    public struct Gap: Sendable, Hashable {
        public let exporter: String
        public let observationDomainID: Int64
        public let nodeName: String?
        public let from: Timestamp
        public var to: Timestamp
        public var cause: Cause

        public enum Away: String, Sendable, Hashable {
            /// It had been told to stop, and had stored everything; what was sent by datagram until it came back is lost.
            case stopped
            /// It was killed, or failed: what it held then may be lost too.
            case broken
        }

        public enum Cause: Sendable, Hashable {
            /// The exporter said nothing.
            case silent
            /// The aggregator was not there.
            case away(Away)
            case counted(Losses)
        }
    }

    /// Each as in `ExporterMinute`.
    public struct Losses: Sendable, Hashable {
        public var lost: Int64 = 0
        public var setsWithoutTemplate: Int64 = 0
        public var malformed: Int64 = 0
        public var refused: Int64 = 0
        public var late: Int64 = 0
        public var notSent: Int64 = 0
        public var untracked: Int64 = 0
        public var datagramsDropped: Int64 = 0
        public var sessionsRefused: Int64 = 0
        public var intervalsLost: Int64 = 0

        public init() {}

        public var isNone: Bool { self == Losses() }
    }
}

extension ImportProgress {
    /// Whether something that was in the file, or ahead of it, is known not to be in the store, or its counts are those of a sample.
    public var isIncomplete: Bool { ended == nil || lost > 0 || malformed > 0 || isSampled }

    public var isSampled: Bool { samplingInterval.map { $0 > 1 } ?? false }
}

extension Completeness.Losses {
    /// Under the names of `ExporterMinute`'s losses, in its order; a test holds it.
    public static let all: [(name: String, path: any WritableKeyPath<Self, Int64> & Sendable)] = [
        ("lost", \.lost), ("setsWithoutTemplate", \.setsWithoutTemplate), ("malformed", \.malformed), ("refused", \.refused),
        ("late", \.late), ("notSent", \.notSent), ("untracked", \.untracked), ("datagramsDropped", \.datagramsDropped),
        ("sessionsRefused", \.sessionsRefused), ("intervalsLost", \.intervalsLost),
    ]
}
