// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// Decodes the attributes of one entry, in any order. Numbers are in network byte order unless said otherwise.
struct ConntrackEntryDecoder {
    private typealias DirectionCounters = (packets: UInt64, octets: UInt64)

    private var original: TupleDecoder?
    private var reply: TupleDecoder?
    private var zone: UInt16?
    private var id: UInt32?
    private var mark: UInt32 = 0
    private var status = Connection.Status()
    private var label = Connection.Label()
    private var tcpState: Connection.TCPState?
    private var timeout: UInt32?
    private var originalCounters: DirectionCounters?
    private var replyCounters: DirectionCounters?
    private var start: Timestamp?
    private var stop: Timestamp?
    private var eventTime: Timestamp?

    /// - Parameters:
    ///   - range: of the entry's attributes, inside `octets`.
    ///   - isDestroyed: whether the entry is gone, so that it stopped when the event was made if it does not say so itself.
    mutating func decode(_ range: Range<Int>, of octets: RawSpan, isDestroyed: Bool = false) throws(RejectionReason) -> Connection {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            guard let type = EntryAttribute(rawValue: attribute.type) else { continue }
            try take(type, attribute.value, of: octets)
        }
        if isDestroyed, stop == nil { stop = eventTime }
        return try connection()
    }

    private mutating func take(_ type: EntryAttribute, _ value: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        switch type {
        case .originalTuple: original = try TupleDecoder(value, of: octets)
        case .replyTuple: reply = try TupleDecoder(value, of: octets)
        case .status: status = Connection.Status(rawValue: try octets.number(UInt32.self, in: value))
        case .protocolState: tcpState = try decodeTCPState(value, of: octets)
        case .timeout: timeout = try octets.number(UInt32.self, in: value)
        case .mark: mark = try octets.number(UInt32.self, in: value)
        case .originalCounters: originalCounters = try decodeCounters(value, of: octets)
        case .replyCounters: replyCounters = try decodeCounters(value, of: octets)
        case .id: id = try octets.number(UInt32.self, in: value)
        case .zone: zone = try octets.number(UInt16.self, in: value)
        case .timestamp: try decodeTimestamps(value, of: octets)
        case .labels: label = try decodeLabel(value, of: octets)
        case .eventTimestamp: eventTime = time(try octets.number(UInt64.self, in: value))
        }
    }

    private func connection() throws(RejectionReason) -> Connection {
        guard let original, let reply else { throw .missingTuple }
        let originalTuple = try original.tuple(), replyTuple = try reply.tuple()
        guard let number = original.protocolNumber else { throw .missingTuple }
        guard number == reply.protocolNumber else { throw .contradiction }
        return Connection(
            original: originalTuple, reply: replyTuple, protocolIdentifier: number,
            // An entry has one zone id; where it counts for one direction only it is told in that direction's tuple.
            zone: zone ?? original.zone ?? reply.zone ?? 0, id: id, mark: mark, label: label, status: status, tcpState: tcpState,
            counters: counters, start: start, stop: stop, timeoutSeconds: timeout)
    }

    /// Nil when neither direction is counted (nf_conntrack_acct was off when the connection began).
    private var counters: Connection.Counters? {
        guard originalCounters != nil || replyCounters != nil else { return nil }
        let forward = originalCounters ?? (0, 0), reverse = replyCounters ?? (0, 0)
        return Connection.Counters(
            packets: forward.packets, octets: forward.octets, reversePackets: reverse.packets, reverseOctets: reverse.octets)
    }

    private func decodeCounters(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> DirectionCounters? {
        var packets: UInt64?, count: UInt64?
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            switch CounterAttribute(rawValue: attribute.type) {
            case .packets: packets = try octets.number(UInt64.self, in: attribute.value)
            case .octets: count = try octets.number(UInt64.self, in: attribute.value)
            case nil: continue
            }
        }
        guard let packets, let count else { return nil }
        return (packets, count)
    }

    /// Nanoseconds since 1970. Zero is no time: the kernel leaves it so until an entry has begun, or ended.
    private mutating func decodeTimestamps(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            guard let type = TimestampAttribute(rawValue: attribute.type) else { continue }
            let time = time(try octets.number(UInt64.self, in: attribute.value))
            switch type {
            case .start: start = time
            case .stop: stop = time
            }
        }
    }

    private func time(_ nanoseconds: UInt64) -> Timestamp? {
        nanoseconds == 0 ? nil : Timestamp(nanoseconds: nanoseconds)
    }

    /// Nil for protocols other than TCP, and for a state that has no name.
    private func decodeTCPState(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> Connection.TCPState? {
        var state: Connection.TCPState?
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            guard ProtocolStateAttribute(rawValue: attribute.type) == .tcp else { continue }
            var inner = NetlinkAttributes(in: attribute.value)
            while let field = try inner.next(in: octets) {
                guard TCPStateAttribute(rawValue: field.type) == .state else { continue }
                state = kernelTCPState(try octets.number(UInt8.self, in: field.value))
            }
        }
        return state
    }

    /// `enum tcp_conntrack` ends at TCP_CONNTRACK_SYN_SENT2; the model's further cases are the userspace datapath's.
    private func kernelTCPState(_ number: UInt8) -> Connection.TCPState? {
        number <= Connection.TCPState.synSent2.rawValue ? Connection.TCPState(rawValue: number) : nil
    }

    /// Up to four 32-bit words in the host's byte order, the least significant word first (`ct_labels_32` of linux/openvswitch.h).
    private func decodeLabel(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> Connection.Label {
        guard range.count <= 16, range.count % 4 == 0 else { throw .valueLength }
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        let start = range.lowerBound
        if range.count >= 4 { words.0 = UInt64(octets.native(UInt32.self, at: start)) }
        if range.count >= 8 { words.1 = UInt64(octets.native(UInt32.self, at: start + 4)) }
        if range.count >= 12 { words.2 = UInt64(octets.native(UInt32.self, at: start + 8)) }
        if range.count >= 16 { words.3 = UInt64(octets.native(UInt32.self, at: start + 12)) }
        return Connection.Label(high: words.3 << 32 | words.2, low: words.1 << 32 | words.0)
    }
}
