// SPDX-License-Identifier: Apache-2.0

/// A block of addresses in CIDR notation, `10.10.0.0/16` or `fd10:10::/32`; without a length, the one address.
public struct IPPrefix: Sendable, Hashable, LosslessStringConvertible {
    public let address: IPAddress
    /// 0–32 for IPv4, 0–128 for IPv6.
    public let length: Int

    /// Nil for anything but an address with an optional length in range. Bits after the length are ignored.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(parts[0]) else { return nil }
        let full = address.family == .v4 ? 32 : 128
        // `Int` alone would take a sign.
        guard parts.dropFirst().allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let length = parts.count == 2 ? Int(parts[1]) : full, (0...full).contains(length)
        else { return nil }
        self.address = address
        self.length = length
    }

    public func contains(_ other: IPAddress) -> Bool { other.matches(prefix: address, length: length) }

    public var description: String { "\(address)/\(length)" }
}
