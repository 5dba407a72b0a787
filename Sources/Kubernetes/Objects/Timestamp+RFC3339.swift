// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension Timestamp {
    /// RFC 3339 in UTC, as the API prints times; fractions of a second are cut off. Nil for anything else.
    init?(rfc3339 text: String) {
        guard text.utf8.last == UInt8(ascii: "Z"), text.utf8.count < 40 else { return nil }
        let numbers = text.utf8.split { !(48...57).contains($0) }.prefix(6).compactMap { Int(Substring($0)) }
        guard numbers.count == 6 else { return nil }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4], second: numbers[5])
    }
}
