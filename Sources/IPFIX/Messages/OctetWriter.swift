// SPDX-License-Identifier: Apache-2.0

/// Appends integers, addresses and octets in network byte order.
public struct OctetWriter: Sendable {
    public private(set) var octets: [UInt8]

    public init(reserving capacity: Int = 0) {
        octets = []
        octets.reserveCapacity(capacity)
    }

    public var count: Int { octets.count }

    /// A fixed-width integer, most significant octet first.
    @inlinable
    public mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        append(UInt64(truncatingIfNeeded: value), width: Integer.bitWidth / 8)
    }

    /// The `width` least significant octets of a value; 0–8.
    public mutating func append(_ value: UInt64, width: Int) {
        var shift = (width - 1) * 8
        while shift >= 0 {
            octets.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            shift -= 8
        }
    }

    public mutating func append(contentsOf other: some Sequence<UInt8>) {
        octets.append(contentsOf: other)
    }

    /// Replaces two octets at `offset`, where a length is known only afterwards.
    public mutating func replace(at offset: Int, with value: UInt16) {
        octets[offset] = UInt8(value >> 8)
        octets[offset + 1] = UInt8(value & 255)
    }

    public mutating func removeAll(keepingCapacity: Bool = true) {
        octets.removeAll(keepingCapacity: keepingCapacity)
    }
}
