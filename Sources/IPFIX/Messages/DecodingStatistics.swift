// SPDX-License-Identifier: Apache-2.0

/// What a decoder has read and what became of it, of one Observation Domain or of all.
///
/// Nothing of a refused Message is in any count but ``malformed``.
public struct DecodingStatistics: Sendable, Hashable {
    /// Messages that were read.
    public internal(set) var messages: UInt64 = 0
    /// Those of ``messages`` that are NetFlow v9. Their sequence numbers count packets, so ``sequence`` then does.
    public internal(set) var netFlow9Messages: UInt64 = 0
    /// Octets of ``messages``, headers included.
    public internal(set) var octets: UInt64 = 0
    /// Messages with octets behind them in their datagram.
    public internal(set) var messagesWithTrailingOctets: UInt64 = 0
    public internal(set) var malformed = MalformedMessages()

    /// Sets of every kind, also those that were skipped.
    public internal(set) var sets: UInt64 = 0
    /// Sets with an id that is reserved; skipped.
    public internal(set) var reservedSets: UInt64 = 0

    /// Template Records, repetitions included.
    public internal(set) var templates: UInt64 = 0
    /// Options Template Records, repetitions included.
    public internal(set) var optionsTemplates: UInt64 = 0
    /// Templates that differ from the one their id had. Over a stream that is an error of the exporter (RFC 7011 §8.1).
    public internal(set) var redefinitions: UInt64 = 0
    /// Templates beyond ``DecodingLimits``.
    public internal(set) var templatesRefused: UInt64 = 0
    /// Templates that were not repeated within their lifetime.
    public internal(set) var templatesExpired: UInt64 = 0
    /// Withdrawals obeyed; that of all templates counts once.
    public internal(set) var withdrawals: UInt64 = 0
    /// Withdrawals that came by datagram, or of what was not known: errors of the exporter (RFC 7011 §8.1, §8.4).
    public internal(set) var withdrawalsIgnored: UInt64 = 0

    /// Data Records that are not of Options Templates, those of released Sets among them.
    public internal(set) var dataRecords: UInt64 = 0
    /// Data Records of Options Templates, those of released Sets among them.
    public internal(set) var optionsRecords: UInt64 = 0
    /// Data Sets that were read by a template of an earlier session of the same exporter.
    public internal(set) var setsByInheritedTemplate: UInt64 = 0
    /// Data Sets whose template was not known when they came: those kept, those without room, and those without octets.
    public internal(set) var setsWithoutTemplate: UInt64 = 0
    public internal(set) var setsKept: UInt64 = 0
    /// Of ``setsKept``: those that were read when their template had come.
    public internal(set) var setsReleased: UInt64 = 0
    /// Of ``setsKept``: those whose template did not come in time.
    public internal(set) var setsExpired: UInt64 = 0
    /// Of ``setsKept``: those that do not fit the template that came.
    public internal(set) var setsUnreadable: UInt64 = 0
    /// Sets that were not kept because ``DecodingLimits/keptOctets`` were.
    public internal(set) var setsWithoutRoom: UInt64 = 0

    /// Received, lost, reordered and repeated Data Records by the sequence numbers; packets where those are of NetFlow v9.
    public internal(set) var sequence = SequenceStatistics()

    public init() {}

    /// Sets that wait for their template.
    public var setsWaiting: UInt64 { setsKept - setsReleased - setsExpired - setsUnreadable }

    /// Sets without template that were never read and will not be.
    public var setsSkipped: UInt64 { setsWithoutTemplate - setsKept + setsExpired + setsUnreadable }
}

extension DecodingStatistics {
    public static func += (a: inout Self, b: Self) {
        for count in Self.counts { a[keyPath: count] &+= b[keyPath: count] }
        a.malformed += b.malformed
        a.sequence += b.sequence
    }

    private static var counts: [WritableKeyPath<Self, UInt64>] {
        [
            \.messages, \.netFlow9Messages, \.octets, \.messagesWithTrailingOctets, \.sets, \.reservedSets, \.templates,
            \.optionsTemplates, \.redefinitions, \.templatesRefused, \.templatesExpired, \.withdrawals, \.withdrawalsIgnored,
            \.dataRecords, \.optionsRecords, \.setsByInheritedTemplate, \.setsWithoutTemplate, \.setsKept, \.setsReleased, \.setsExpired,
            \.setsUnreadable, \.setsWithoutRoom,
        ]
    }
}

extension SequenceStatistics {
    fileprivate static func += (a: inout Self, b: Self) {
        a.received &+= b.received
        a.lost &+= b.lost
        a.reordered &+= b.reordered
        a.duplicated &+= b.duplicated
        a.unsettled &+= b.unsettled
        a.restarts &+= b.restarts
    }
}
