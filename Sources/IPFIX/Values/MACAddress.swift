// SPDX-License-Identifier: Apache-2.0

/// A 48-bit IEEE 802 MAC address.
public struct MACAddress: Sendable, Hashable {
    /// The first octet is the most significant of 48 bits.
    public let rawValue: UInt64

    /// Bits above the lowest 48 are dropped.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue & 0xFFFF_FFFF_FFFF
    }
}

extension MACAddress: CustomStringConvertible {
    /// Six pairs of hexadecimal digits, `02:42:ac:11:00:02`.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(17)
        for shift in stride(from: UInt64(40), through: 0, by: -8) {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.appendHexadecimal(UInt8(truncatingIfNeeded: rawValue >> shift))
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Two lower-case digits.
    mutating func appendHexadecimal(_ octet: UInt8) {
        for digit in [octet >> 4, octet & 15] { append(digit < 10 ? digit + 48 : digit + 87) }
    }
}
