// SPDX-License-Identifier: Apache-2.0

/// One attribute: its type without the flag bits, and where its value lies.
struct NetlinkAttribute {
    let type: UInt16
    let value: Range<Int>
}

/// The attributes that fill a range of a message, one after another (`struct nlattr` of linux/netlink.h).
///
///      0               2               4
///     +---------------+---------------+------------------+---------+
///     | length        | flags, type   | value            | padding |    length counts itself, not the padding
///     +---------------+---------------+------------------+---------+
struct NetlinkAttributes {
    private var position: Int
    private let end: Int

    /// - Parameter range: must lie inside the span that is given to `next`.
    init(in range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next attribute; nil when fewer octets than an attribute header are left, which are padding.
    @inline(__always)
    mutating func next(in octets: RawSpan) throws(RejectionReason) -> NetlinkAttribute? {
        guard end - position >= 4 else { return nil }
        let length = Int(octets.native(UInt16.self, at: position))
        guard length >= 4, length <= end - position else { throw .attributeLength }
        // NLA_F_NESTED and NLA_F_NET_BYTEORDER are the two most significant bits.
        let type = octets.native(UInt16.self, at: position + 2) & 0x3FFF
        let value = position + 4..<position + length
        position = min(end, position + netlinkAligned(length))
        return NetlinkAttribute(type: type, value: value)
    }
}

extension RawSpan {
    /// The number that is the whole value of an attribute, in network byte order.
    @inline(__always)
    func number<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, in value: Range<Int>) throws(RejectionReason) -> Integer
    {
        guard value.count == MemoryLayout<Integer>.size else { throw .valueLength }
        return network(type, at: value.lowerBound)
    }
}

/// NLMSG_ALIGN and NLA_ALIGN: messages and attributes start at multiples of four octets.
@inline(__always)
func netlinkAligned(_ length: Int) -> Int {
    (length + 3) & ~3
}
