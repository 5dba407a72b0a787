// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address in sixteen octets, without references.
///
/// An IPv4 address is kept as the IPv4-mapped IPv6 address `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2), so both families
/// share one layout, one hash and one order. A mapped address that arrives as IPv6 is therefore the IPv4 address.
public struct IPAddress: Sendable, Hashable {
    /// The first eight octets, most significant first.
    public let high: UInt64
    /// The last eight octets, most significant first.
    public let low: UInt64

    public enum Family: Sendable, Hashable, CaseIterable { case v4, v6 }

    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits, `a` of `a.b.c.d` in the most significant octet.
    @inlinable
    public init(v4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    @inlinable
    public var family: Family { high == 0 && low >> 32 == 0xFFFF ? .v4 : .v6 }

    /// The 32 bits of an IPv4 address; nil for IPv6.
    @inlinable
    public var v4: UInt32? { family == .v4 ? UInt32(truncatingIfNeeded: low) : nil }

    /// `0.0.0.0` or `::`, which a template record sends where there is no address.
    @inlinable
    public var isUnspecified: Bool { high == 0 && (low == 0 || low == 0xFFFF_0000_0000) }

    /// Four octets for IPv4, sixteen for IPv6, in network order.
    public var octets: [UInt8] {
        let all =
            (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
        return family == .v4 ? Array(all[12...]) : all
    }

    /// Four or sixteen octets in network order; nil for any other count.
    public init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4:
            self.init(v4: octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                high: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default:
            return nil
        }
    }
}

extension IPAddress {
    /// Whether this address starts with the first `length` bits of `prefix`. Families never match each other.
    ///
    /// - Parameter length: 0–32 for IPv4, 0–128 for IPv6, counted as written in CIDR notation.
    public func matches(prefix: IPAddress, length: Int) -> Bool {
        guard family == prefix.family else { return false }
        let bits = family == .v4 ? length + 96 : length
        let highBits = min(bits, 64), lowBits = max(bits - 64, 0)
        let highMask = highBits == 0 ? 0 : UInt64.max << (64 - highBits)
        let lowMask = lowBits == 0 ? 0 : UInt64.max << (64 - lowBits)
        return high & highMask == prefix.high & highMask && low & lowMask == prefix.low & lowMask
    }
}

extension IPAddress: Comparable {
    @inlinable
    public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
