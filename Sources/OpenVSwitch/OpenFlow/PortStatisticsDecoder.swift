// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Reads the entries of a multipart reply of port statistics: fixed in 1.3 (§7.3.5.6), with properties from 1.4 on (1.5.1 §7.3.5.6).
public struct PortStatisticsDecoder: Sendable {
    public let version: OpenFlowVersion

    public init(version: OpenFlowVersion) {
        self.version = version
    }

    /// - Parameter entries: the reply's body without its multipart header.
    public func decode(_ entries: Span<UInt8>, each: (PortCount) -> Void) throws(MalformedReply) {
        var offset = 0
        while offset < entries.count {
            let length = try length(entries, at: offset)
            each(try version == .v1_3 ? fixed(entries, at: offset) : extensible(entries, at: offset))
            offset += length
        }
    }

    private func length(_ entries: Span<UInt8>, at offset: Int) throws(MalformedReply) -> Int {
        let length = version == .v1_3 ? 112 : entries.bigEndian16(at: offset).map { Int($0) } ?? 0
        guard length >= 80, offset + length <= entries.count else { throw MalformedReply("a port statistics entry that does not fit") }
        return length
    }

    /// port(4) pad(4) counters(8 × 8) frame, overrun, CRC errors and collisions(4 × 8) seconds(4) nanoseconds(4).
    private func fixed(_ entries: Span<UInt8>, at offset: Int) throws(MalformedReply) -> PortCount {
        try count(entries, port: offset, counters: offset + 8, duration: offset + 104)
    }

    /// length(2) pad(2) port(4) seconds(4) nanoseconds(4) counters(8 × 8) properties.
    private func extensible(_ entries: Span<UInt8>, at offset: Int) throws(MalformedReply) -> PortCount {
        try count(entries, port: offset + 4, counters: offset + 16, duration: offset + 8)
    }

    private func count(_ octets: Span<UInt8>, port: Int, counters: Int, duration: Int) throws(MalformedReply) -> PortCount {
        guard let number = octets.bigEndian32(at: port), let seconds = octets.bigEndian32(at: duration),
            let nanoseconds = octets.bigEndian32(at: duration + 4)
        else { throw MalformedReply("a port statistics entry that is too short") }
        // All ones mean that the port does not count.
        func counter(_ index: Int) -> UInt64? { octets.bigEndian64(at: counters + index * 8).flatMap { $0 == .max ? nil : $0 } }
        let values = PortCounters(
            receivedPackets: counter(0), sentPackets: counter(1), receivedOctets: counter(2), sentOctets: counter(3),
            receivedDropped: counter(4), sentDropped: counter(5), receivedErrors: counter(6), sentErrors: counter(7))
        // All ones here mean that the switch does not know the port's age.
        let age: Duration? = seconds == .max ? nil : .seconds(Int64(seconds)) + .nanoseconds(Int64(nanoseconds))
        return PortCount(number: number, counters: values, age: age)
    }
}
