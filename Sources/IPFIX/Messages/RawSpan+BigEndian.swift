// SPDX-License-Identifier: Apache-2.0

// The one file of this module with unsafe code. `unsafeLoadUnaligned` checks its bounds in every build and traps
// outside them; what it leaves unsafe is the interpretation of arbitrary bits, and every bit pattern of a
// fixed-width unsigned integer is a value.
extension RawSpan {
    /// A big-endian integer. The caller has checked that `offset` and the integer's width lie inside.
    @inlinable @inline(__always)
    public func bigEndian<Integer: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        at offset: Int, as type: Integer.Type
    ) -> Integer {
        Integer(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// A big-endian unsigned integer of 1–8 octets (RFC 7011 §6.2, reduced-size encoding).
    @inlinable
    public func bigEndian(at offset: Int, width: Int) -> UInt64 {
        switch width {
        case 1: return UInt64(octet(at: offset))
        case 2: return UInt64(bigEndian(at: offset, as: UInt16.self))
        case 4: return UInt64(bigEndian(at: offset, as: UInt32.self))
        case 8: return bigEndian(at: offset, as: UInt64.self)
        default:
            var value: UInt64 = 0
            for index in offset..<offset + width { value = value << 8 | UInt64(octet(at: index)) }
            return value
        }
    }

    @inlinable @inline(__always)
    public func octet(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
