// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What came of one exporter in one minute: the ledger behind every answer's completeness.
///
/// Counts add up: a later entry of the same exporter, domain and minute is added to what the store has.
public struct ExporterMinute: Sendable, Hashable {
    /// Address and transport of the exporter, as `tcp://192.0.2.7`.
    public var exporter: String
    public var observationDomainID: UInt32
    /// The node that its records name; nil until one does.
    public var nodeName: String?
    /// The minute's first moment.
    public var minute: Timestamp

    // What each is, is in `counts`.
    public var messages: UInt64 = 0
    public var records: UInt64 = 0
    public var lost: UInt64 = 0
    public var setsWithoutTemplate: UInt64 = 0
    public var malformed: UInt64 = 0
    public var refused: UInt64 = 0
    public var reordered: UInt64 = 0
    public var duplicated: UInt64 = 0
    public var restarts: UInt64 = 0
    public var setsKept: UInt64 = 0
    public var setsReleased: UInt64 = 0
    public var setsExpired: UInt64 = 0
    public var late: UInt64 = 0
    public var halves: UInt64 = 0
    public var unnamed: UInt64 = 0
    public var notSent: UInt64 = 0
    public var untracked: UInt64 = 0
    public var opened: UInt64 = 0
    public var merged: UInt64 = 0
    public var datagramsDropped: UInt64 = 0
    public var sessionsRefused: UInt64 = 0
    public var intervalsLost: UInt64 = 0

    /// Of the counts that have causes, how much is for which; ``drop(_:_:)`` counts both.
    public private(set) var drops: [DropCause: UInt64] = [:]

    public init(exporter: String, observationDomainID: UInt32, nodeName: String? = nil, minute: Timestamp) {
        self.exporter = exporter
        self.observationDomainID = observationDomainID
        self.nodeName = nodeName
        self.minute = minute
    }

    /// What stands for the aggregator where exporters are named: its row has what was dropped before anybody knew whose it was.
    public static let aggregator = "aggregator"

    /// An entry of the aggregator's own.
    ///
    /// - Parameter time: any moment of the minute.
    public static func ofAggregator(at time: Timestamp) -> ExporterMinute {
        ExporterMinute(exporter: aggregator, observationDomainID: 0, minute: Timestamp(seconds: time.seconds - time.seconds % 60))
    }

    /// Whether nothing is known to be missing of the minute.
    public var isComplete: Bool { Self.counts.allSatisfy { !$0.isLoss || self[keyPath: $0.path] == 0 } }

    /// Whether there is an account of every record: it opened an interval, joined one, or was dropped for a cause.
    public var isBalanced: Bool { records == opened + merged + refused + late }

    public mutating func drop(_ cause: DropCause, _ count: UInt64 = 1) {
        if count == 0 { return }
        self[keyPath: cause.count] += count
        drops[cause, default: 0] += count
    }

    /// Adds the counts of another entry of the same exporter, domain and minute.
    public static func += (a: inout Self, b: Self) {
        for count in counts { a[keyPath: count.path] += b[keyPath: count.path] }
        a.drops.merge(b.drops, uniquingKeysWith: +)
        a.nodeName = b.nodeName ?? a.nodeName
    }
}

extension ExporterMinute {
    /// A count of the ledger: a property here, a column of the store, a row of docs/sql.md.
    public struct Count: Sendable {
        public let name: String
        public let path: any WritableKeyPath<ExporterMinute, UInt64> & Sendable
        /// Whether answers lack something when it is not zero.
        public let isLoss: Bool
        /// One sentence.
        public let summary: String
    }

    public static let counts: [Count] = [
        Count(name: "messages", path: \.messages, isLoss: false, summary: "Messages that arrived."),
        Count(name: "records", path: \.records, isLoss: false, summary: "Records of flows that were read."),
        Count(name: "lost", path: \.lost, isLoss: true, summary: "Records missing by sequence number (RFC 7011 §3.1)."),
        Count(
            name: "setsWithoutTemplate", path: \.setsWithoutTemplate, isLoss: true,
            summary: "Sets that were skipped because their template was not known, at once or after they had waited for it."),
        Count(name: "malformed", path: \.malformed, isLoss: true, summary: "Messages that could not be read, whole or in part."),
        Count(
            name: "refused", path: \.refused, isLoss: true,
            summary: "Records that were read but not kept, such as those without addresses."),
        Count(
            name: "reordered", path: \.reordered, isLoss: false, summary: "Records that came after later ones; they are among `records`."),
        Count(
            name: "duplicated", path: \.duplicated, isLoss: false, summary: "Records that came again; totals keep them from counting twice."
        ),
        Count(name: "restarts", path: \.restarts, isLoss: false, summary: "How often the exporter's sequence numbers began anew."),
        Count(name: "setsKept", path: \.setsKept, isLoss: false, summary: "Sets that waited for their template."),
        Count(
            name: "setsReleased", path: \.setsReleased, isLoss: false,
            summary: "Sets whose template came; their records are among `records`."),
        Count(
            name: "setsExpired", path: \.setsExpired, isLoss: false,
            summary: "Sets whose template did not come in time; they are among `setsWithoutTemplate`."),
        Count(name: "late", path: \.late, isLoss: true, summary: "Records that came too late to be stored."),
        Count(
            name: "halves", path: \.halves, isLoss: false,
            summary: "Connections that were stored with one half because the other did not come in time."),
        Count(name: "unnamed", path: \.unnamed, isLoss: false, summary: "Ends of connections that should have a pod's name and have none."),
        Count(
            name: "notSent", path: \.notSent, isLoss: true,
            summary: "Records that the exporter made and gave up, as it tells itself (`notSentFlowTotalCount`)."),
        Count(
            name: "untracked", path: \.untracked, isLoss: true,
            summary: "Packets that the node's kernel could not track, as the exporter tells (`conntrackDropped`)."),
        Count(
            name: "opened", path: \.opened, isLoss: false,
            summary: "Records that began an interval, or an amendment, of a connection. It is stored when it is due."),
        Count(
            name: "merged", path: \.merged, isLoss: false,
            summary: "Records that joined what another had opened, or told nothing new. `opened`, `merged`, `refused` and `late` are all."
        ),
        Count(
            name: "datagramsDropped", path: \.datagramsDropped, isLoss: true,
            summary: "Datagrams that were dropped before they were read, as when the socket's receive buffer is full."),
        Count(
            name: "sessionsRefused", path: \.sessionsRefused, isLoss: true,
            summary: "Connections and handshakes that were refused, or gave their place to others."),
        Count(
            name: "intervalsLost", path: \.intervalsLost, isLoss: true,
            summary: "Intervals that could not be stored."),
    ]
}
