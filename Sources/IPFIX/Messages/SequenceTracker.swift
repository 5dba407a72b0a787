// SPDX-License-Identifier: Apache-2.0

/// Tells lost, late and repeated Data Records of one session and Observation Domain by their sequence numbers (RFC 7011 §3.1, §10.3.2).
///
/// The sequence number counts Data Records before a Message, modulo 2³². Records of Options Templates count, templates do not.
///
/// What is missing is remembered, so that a message which fills a gap is late and one which fills none came twice. A message is taken
/// to belong to the numbering when it is at most ``lateWindow`` records behind its end, cuts no other message in two, and was not sent
/// after all others that were read; or when it is at most ``jumpWindow`` records ahead. Any other is read but judged only when
/// the next follows it: a jump ahead of at most ``maximumLoss`` is then a loss, anything else a restart of the exporter. A single forged
/// message can so claim no more than `jumpWindow` records, which are given back as the true ones come.
///
/// An exporter that begins anew a little ahead of where it stopped, as near the wrap, cannot be told from loss.
public struct SequenceTracker: Sendable {
    /// A verdict is about one message, for the log; the sums are in ``statistics``.
    public enum Verdict: Sendable, Hashable {
        case inOrder
        /// So many records are missing before this message.
        case lost(UInt32)
        /// The message was sent before one that was read already; so many of the records that were called lost have come with it.
        case late(recovered: UInt32)
        /// The message was read before.
        case duplicate
        /// The exporter counts anew, since this message or the one before it.
        case restart
        /// The first message, one after a message that could not be counted, or one whose number fits to no other yet.
        case unknown
    }

    /// A message further behind than this is not a late one. In records.
    public static let lateWindow: UInt32 = 1 << 16
    /// A message further ahead than this is believed only when another follows it. In records.
    public static let jumpWindow: UInt32 = 1 << 16
    /// The most records that one gap can have; beyond, the exporter counts anew.
    public static let maximumLoss: UInt32 = 1 << 24

    public private(set) var statistics = SequenceStatistics()
    private var window: SequenceWindow?
    /// A message that fits nowhere, until another follows it or the numbering goes on without it.
    private var stray: NumberedMessage?

    public init() {}

    /// - Parameters:
    ///   - records: Data Records in this message; nil when they could not be counted.
    ///   - exportTime: the header's, in seconds. A message with an older number that was sent later than all others tells a restart.
    public mutating func receive(sequenceNumber: UInt32, records: Int?, exportTime: UInt32? = nil) -> Verdict {
        let message = NumberedMessage(sequenceNumber: sequenceNumber, records: records.map(Self.bounded), exportTime: exportTime)
        guard window != nil else {
            window = SequenceWindow(beginningWith: message)
            statistics.received += message.countedRecords
            return .unknown
        }
        guard let verdict = window?.receive(message, counting: &statistics) else { return judge(message) }
        // The numbering goes on, so what did not fit to it is of no consequence.
        if verdict.isForward { stray = nil }
        return verdict
    }

    /// Tells the count of an earlier message that was received with `records: nil`. What is missing behind it is then known.
    public mutating func settle(sequenceNumber: UInt32, records: Int) {
        let records = Self.bounded(records)
        if stray?.sequenceNumber == sequenceNumber {
            settleStray(records)
        } else {
            window?.settle(sequenceNumber: sequenceNumber, records: records, counting: &statistics)
        }
    }

    private static func bounded(_ records: Int) -> Int64 { Int64(UInt32(clamping: records)) }

    private mutating func settleStray(_ records: Int64) {
        if stray?.records == nil {
            stray?.records = records
            statistics.received += UInt64(records)
        } else {
            statistics.duplicated += UInt64(records)
        }
    }

    private mutating func judge(_ message: NumberedMessage) -> Verdict {
        guard let first = stray else { return hold(message) }
        var fresh = SequenceWindow(beginningWith: first)
        switch fresh.place(of: message) {
        case .foreign:
            return hold(message)
        case .known:
            statistics.duplicated += message.countedRecords
            return .duplicate
        case .next where first.records == nil && message.sequenceNumber == first.sequenceNumber:
            guard let records = message.records else { return .duplicate }
            // One without records was sent before it and says nothing of it.
            if records > 0 { settleStray(records) }
            return .late(recovered: 0)
        case .next, .ahead, .before, .inside:
            stray = nil
            if let verdict = lose(before: first, then: message) { return verdict }
            fresh.abandon(statistics.unsettled)
            _ = fresh.receive(message, counting: &statistics)
            window = fresh
            statistics.restarts += 1
            return .restart
        }
    }

    private mutating func hold(_ message: NumberedMessage) -> Verdict {
        stray = message
        statistics.received += message.countedRecords
        return .unknown
    }

    /// Takes two messages far ahead as what follows a great loss; nil when they are too far ahead for that.
    private mutating func lose(before first: NumberedMessage, then second: NumberedMessage) -> Verdict? {
        let before = statistics.lost
        guard window?.jump(to: first, counting: &statistics) == true else { return nil }
        _ = window?.receive(second, counting: &statistics)
        let lost = statistics.lost - before
        return lost > 0 ? .lost(UInt32(clamping: lost)) : .unknown
    }
}

/// A message as the tracker knows it.
struct NumberedMessage: Sendable {
    let sequenceNumber: UInt32
    /// Nil when they could not be counted.
    var records: Int64?
    let exportTime: UInt32?

    var countedRecords: UInt64 { UInt64(records ?? 0) }
}

extension SequenceTracker.Verdict {
    fileprivate var isForward: Bool {
        switch self {
        case .inOrder, .lost, .unknown: true
        case .late, .duplicate, .restart: false
        }
    }
}
