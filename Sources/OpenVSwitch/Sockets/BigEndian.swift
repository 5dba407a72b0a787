// SPDX-License-Identifier: Apache-2.0

/// Integers in network order; nil where the octets end too early.
extension Span<UInt8> {
    func octet(at offset: Int) -> UInt8? {
        offset >= 0 && offset < count ? self[offset] : nil
    }

    func bigEndian16(at offset: Int) -> UInt16? { bigEndian(at: offset) }
    func bigEndian32(at offset: Int) -> UInt32? { bigEndian(at: offset) }
    func bigEndian64(at offset: Int) -> UInt64? { bigEndian(at: offset) }

    private func bigEndian<Value: FixedWidthInteger>(at offset: Int) -> Value? {
        let width = Value.bitWidth / 8
        guard offset >= 0, offset <= count - width else { return nil }
        var value: Value = 0
        for index in offset..<offset + width { value = value << 8 | Value(self[index]) }
        return value
    }
}

extension [UInt8] {
    /// The integer in network order, most significant octet first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
