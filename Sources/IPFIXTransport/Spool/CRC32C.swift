// SPDX-License-Identifier: Apache-2.0

/// The cyclic redundancy check of RFC 3720 §12.1 (Castagnoli), which finds torn and damaged entries. It keeps nobody from forging one.
struct CRC32C: Sendable {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    static func checksum(of octets: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        let table = table.span
        var value = UInt32.max
        for index in range { value = table[Int((value ^ UInt32(octets[index])) & 0xFF)] ^ value >> 8 }
        return ~value
    }
}
