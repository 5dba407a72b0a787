// SPDX-License-Identifier: Apache-2.0

import IPFIX

// The span that `.bytes` makes raw is borrowed from the array for the one call that reads it.
extension [UInt8] {
    func integer(at offset: Int, width: Int) -> UInt64 { unsafe span.bytes.bigEndian(at: offset, width: width) }

    func range(of field: FieldSpecifier, at position: Int, end: Int) -> Range<Int>? {
        unsafe field.range(in: span.bytes, at: position, end: end)
    }
}
