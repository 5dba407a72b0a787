// SPDX-License-Identifier: Apache-2.0

/// The headers between an IPv6 header and its payload (RFC 8200 §4).
struct ExtensionHeaders {
    private(set) var protocolNumber: UInt8
    private(set) var payload: Range<Int>
    private(set) var fragment: InternetPacket.Fragment?

    /// Says that nothing follows (RFC 8200 §4.7).
    static let noNextHeader: UInt8 = 59

    /// - Parameter first: what the header at `offset` is.
    /// - Returns: nil when a header reaches beyond `end`, or there are more than sixteen.
    init?(reading octets: Span<UInt8>, at offset: Int, end: Int, first: UInt8) {
        guard offset <= end else { return nil }
        protocolNumber = first
        payload = offset..<end
        var headers = 0
        while let length = Self.length(of: protocolNumber, in: octets, at: payload.lowerBound) {
            headers += 1
            guard headers <= 16, length <= payload.count, let next = octets.octet(at: payload.lowerBound) else { return nil }
            if protocolNumber == Self.fragmentHeader {
                guard let place = octets.uint16(at: payload.lowerBound + 2), let number = octets.uint32(at: payload.lowerBound + 4) else {
                    return nil
                }
                let offset = Int(place & ~7)
                // A fragment that is the whole packet (RFC 6946) is not one.
                let isWhole = offset == 0 && place & 1 == 0
                fragment = isWhole ? nil : InternetPacket.Fragment(identification: number, offset: offset, isLast: place & 1 == 0)
            }
            protocolNumber = next
            payload = (payload.lowerBound + length)..<payload.upperBound
            // What follows in a part is not a header but some octets of one, except in the first.
            if fragment != nil { return }
        }
        if Self.isExtension(protocolNumber) { return nil }
    }

    private static let fragmentHeader: UInt8 = 44

    private static func isExtension(_ number: UInt8) -> Bool {
        switch number {
        case 0, 43, 44, 51, 60, 135, 139, 140: true
        default: false
        }
    }

    /// Octets of an extension header; nil for a payload, and where the length was not captured.
    private static func length(of number: UInt8, in octets: Span<UInt8>, at offset: Int) -> Int? {
        guard isExtension(number), let units = octets.octet(at: offset + 1) else { return nil }
        switch number {
        case fragmentHeader: return 8
        // The authentication header counts in words of four octets (RFC 4302 §2.2).
        case 51: return (Int(units) + 2) * 4
        default: return (Int(units) + 1) * 8
        }
    }
}
