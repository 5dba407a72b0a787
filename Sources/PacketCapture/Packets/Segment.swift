// SPDX-License-Identifier: Apache-2.0

/// A TCP header (RFC 9293 §3.1) and where its payload lies.
struct Segment {
    let sourcePort: UInt16
    let destinationPort: UInt16
    /// Of the first octet of the payload; a SYN has been counted already.
    let sequenceNumber: UInt32
    let begins: Bool
    let ends: Bool
    let resets: Bool
    let payload: Range<Int>
    /// Octets of the payload that were not captured.
    let missing: Int

    /// - Parameter missing: octets of the packet behind `range` that were not captured.
    /// - Returns: nil when the header is not all there, or its length is impossible.
    init?(reading octets: Span<UInt8>, in range: Range<Int>, missing: Int) {
        let start = range.lowerBound
        guard range.count >= 20, let source = octets.uint16(at: start), let destination = octets.uint16(at: start + 2),
            let number = octets.uint32(at: start + 4), let flags = octets.uint16(at: start + 12)
        else { return nil }
        let headerLength = Int(flags >> 12) * 4
        guard headerLength >= 20, headerLength <= range.count else { return nil }
        sourcePort = source
        destinationPort = destination
        begins = flags & 0x02 != 0
        ends = flags & 0x01 != 0
        resets = flags & 0x04 != 0
        sequenceNumber = begins ? number &+ 1 : number
        payload = (start + headerLength)..<range.upperBound
        self.missing = missing
    }
}
