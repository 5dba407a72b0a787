// SPDX-License-Identifier: Apache-2.0

/// A UDP header (RFC 768) and where its payload lies.
struct Datagram {
    let sourcePort: UInt16
    let destinationPort: UInt16
    let payload: Range<Int>
    /// Octets of the payload that were not captured.
    let missing: Int

    /// - Parameter missing: octets of the packet behind `range` that were not captured.
    /// - Returns: nil when the header is not all there, or its length is impossible.
    init?(reading octets: Span<UInt8>, in range: Range<Int>, missing: Int) {
        let start = range.lowerBound
        guard range.count >= 8, let source = octets.uint16(at: start), let destination = octets.uint16(at: start + 2),
            let length = octets.uint16(at: start + 4)
        else { return nil }
        // Zero is a jumbogram's length (RFC 2675 §4), and that of a datagram the network card is yet to cut.
        let end = length == 0 ? range.upperBound + missing : start + Int(length)
        guard end >= start + 8, end <= range.upperBound + missing else { return nil }
        sourcePort = source
        destinationPort = destination
        payload = (start + 8)..<min(end, range.upperBound)
        self.missing = max(end - range.upperBound, 0)
    }
}
