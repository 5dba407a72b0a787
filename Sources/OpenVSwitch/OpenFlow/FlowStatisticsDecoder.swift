// SPDX-License-Identifier: Apache-2.0

/// Reads the entries of a multipart reply of flow statistics: OFPMP_FLOW of 1.3 and 1.4 (§7.3.5.2), OFPMP_FLOW_DESC of 1.5
/// (§7.3.5.2).
public struct FlowStatisticsDecoder: Sendable {
    public let version: OpenFlowVersion

    public init(version: OpenFlowVersion) {
        self.version = version
    }

    /// - Parameter entries: the reply's body without its multipart header.
    public func decode(_ entries: Span<UInt8>, each: (FlowStatistics) -> Void) throws(MalformedReply) {
        var offset = 0
        while offset < entries.count {
            // The smallest entry has a header, an empty match and, in 1.5, empty statistics.
            guard let length = entries.bigEndian16(at: offset).map({ Int($0) }), length >= 40, offset + length <= entries.count else {
                throw MalformedReply("a flow statistics entry that does not fit")
            }
            let entry = entries.extracting(offset..<offset + length)
            each(try version == .v1_5 ? extensible(entry) : fixed(entry))
            offset += length
        }
    }

    /// length(2) table(1) pad(1) seconds(4) nanoseconds(4) priority(2) idle(2) hard(2) flags(2) pad(4) cookie(8) packets(8)
    /// octets(8) match.
    private func fixed(_ entry: Span<UInt8>) throws(MalformedReply) -> FlowStatistics {
        guard let table = entry.octet(at: 2), let seconds = entry.bigEndian32(at: 4), let nanoseconds = entry.bigEndian32(at: 8),
            let priority = entry.bigEndian16(at: 12), let cookie = entry.bigEndian64(at: 24),
            let packets = entry.bigEndian64(at: 32), let octets = entry.bigEndian64(at: 40)
        else { throw MalformedReply("a flow statistics entry that is too short") }
        let (match, digest, matchEnd) = try match(entry, at: 48)
        return FlowStatistics(
            table: table, priority: priority, cookie: cookie, match: match, packets: counted(packets), frameOctets: counted(octets),
            duration: .seconds(Int64(seconds)) + .nanoseconds(Int64(nanoseconds)), matchDigest: digest,
            endsPacket: endsPacket(entry, from: matchEnd))
    }

    /// length(2) pad(2) table(1) pad(1) priority(2) idle(2) hard(2) flags(2) importance(2) cookie(8) match statistics instructions.
    private func extensible(_ entry: Span<UInt8>) throws(MalformedReply) -> FlowStatistics {
        guard let table = entry.octet(at: 4), let priority = entry.bigEndian16(at: 6), let cookie = entry.bigEndian64(at: 16) else {
            throw MalformedReply("a flow statistics entry that is too short")
        }
        let (match, digest, matchEnd) = try match(entry, at: 24)
        let counters = try counters(entry, at: matchEnd)
        return FlowStatistics(
            table: table, priority: priority, cookie: cookie, match: match, packets: counters.packets,
            frameOctets: counters.octets, duration: counters.duration, matchDigest: digest,
            endsPacket: endsPacket(entry, from: counters.end))
    }

    /// A match of type OXM: type(2) length(2) without padding, fields, padding to a multiple of 8.
    private func match(_ entry: Span<UInt8>, at offset: Int) throws(MalformedReply) -> (MatchFields, digest: UInt64, end: Int) {
        guard entry.bigEndian16(at: offset) == 1, let length = entry.bigEndian16(at: offset + 2).map({ Int($0) }), length >= 4,
            offset + length <= entry.count, let fields = MatchFields(oxm: entry.extracting(offset + 4..<offset + length))
        else { throw MalformedReply("a match that is no list of OXM fields") }
        return (fields, digest(entry.extracting(offset..<offset + length)), offset + (length + 7) / 8 * 8)
    }

    /// FNV-1a of 64 bits: it tells the flows of one table apart, and is no defence against anybody.
    private func digest(_ octets: Span<UInt8>) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<octets.count { digest = (digest ^ UInt64(octets[index])) &* 0x100_0000_01B3 }
        return digest
    }

    private func endsPacket(_ entry: Span<UInt8>, from start: Int) -> Bool {
        start >= entry.count || FlowInstructions.endPacket(entry.extracting(start..<entry.count))
    }

    /// OXS statistics: reserved(2) length(2), then class(2) field(7 bits) reserved(1 bit) length(1) value (OpenFlow 1.5.1 §7.2.4).
    private func counters(_ entry: Span<UInt8>, at start: Int) throws(MalformedReply) -> Counters {
        guard let length = entry.bigEndian16(at: start + 2).map({ Int($0) }), length >= 4, start + length <= entry.count else {
            throw MalformedReply("statistics that do not fit their entry")
        }
        let end = start + length
        var counters = Counters(end: start + (length + 7) / 8 * 8)
        var offset = start + 4
        while offset < end {
            guard let classNumber = entry.bigEndian16(at: offset), let field = entry.octet(at: offset + 2),
                let size = entry.octet(at: offset + 3), offset + 4 + Int(size) <= end
            else { throw MalformedReply("a statistics field that does not fit") }
            if classNumber == 0x8002 { counters.take(field >> 1, entry.extracting(offset + 4..<offset + 4 + Int(size))) }
            offset += 4 + Int(size)
        }
        return counters
    }

    /// All ones mean that the switch does not count (OpenFlow 1.5.1 §7.3.5.2).
    private func counted(_ value: UInt64) -> UInt64? { value == .max ? nil : value }

    private struct Counters {
        /// Where the instructions begin.
        let end: Int
        var packets: UInt64?
        var octets: UInt64?
        var duration: Duration?

        mutating func take(_ field: UInt8, _ value: Span<UInt8>) {
            switch field {
            case 0:
                guard let seconds = value.bigEndian32(at: 0), let nanoseconds = value.bigEndian32(at: 4) else { return }
                duration = .seconds(Int64(seconds)) + .nanoseconds(Int64(nanoseconds))
            case 4: packets = value.bigEndian64(at: 0).flatMap { $0 == .max ? nil : $0 }
            case 5: octets = value.bigEndian64(at: 0).flatMap { $0 == .max ? nil : $0 }
            default: break
            }
        }
    }
}
