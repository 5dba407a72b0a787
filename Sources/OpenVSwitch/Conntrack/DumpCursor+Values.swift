// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

extension DumpCursor {
    /// Dotted quad, or RFC 4291 §2.2 text with optional `::` and optional trailing dotted quad.
    mutating func address(_ line: Span<UInt8>) throws(DumpRejection) -> IPAddress {
        let start = position
        if let bits = dottedQuad(line) { return IPAddress(v4: bits) }
        position = start
        guard let address = colonGroups(line) else { throw DumpRejection(.notAnAddress, at: start) }
        return address
    }

    /// `0x` and up to 32 hexadecimal digits, most significant first; or `0`.
    mutating func label(_ line: Span<UInt8>) throws(DumpRejection) -> Connection.Label {
        let start = position
        guard skipHexadecimalPrefix(line) else {
            let low: UInt64 = try number(line)
            return Connection.Label(low: low)
        }
        var bits: UInt128 = 0
        let firstDigit = position
        while let octet = peek(line), let digit = digit(octet, true) {
            if bits >> 124 != 0 { throw DumpRejection(.numberOutOfRange, at: start) }
            bits = bits << 4 | UInt128(digit)
            position += 1
        }
        guard position > firstDigit else { throw DumpRejection(.notANumber, at: start) }
        return Connection.Label(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    /// `YYYY-MM-DDThh:mm:ss.mmm`, read as if it were UTC; the fraction may be missing.
    mutating func dateAndTime(_ line: Span<UInt8>) throws(DumpRejection) -> Timestamp {
        let start = position
        guard let year = digits(4, line), skip(UInt8(ascii: "-"), line), let month = digits(2, line), skip(UInt8(ascii: "-"), line),
            let day = digits(2, line), skip(UInt8(ascii: "T"), line), let hour = digits(2, line), skip(UInt8(ascii: ":"), line),
            let minute = digits(2, line), skip(UInt8(ascii: ":"), line), let second = digits(2, line)
        else { throw DumpRejection(.notATime, at: start) }
        var millisecond = 0
        if skip(UInt8(ascii: "."), line) {
            guard let fraction = digits(3, line) else { throw DumpRejection(.notATime, at: start) }
            millisecond = fraction
        }
        let time = Timestamp(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
        guard let time else { throw DumpRejection(.notATime, at: start) }
        return time
    }

    private mutating func digits(_ count: Int, _ line: Span<UInt8>) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let octet = peek(line), let digit = digit(octet, false) else { return nil }
            value = value * 10 + Int(digit)
            position += 1
        }
        return value
    }

    private mutating func dottedQuad(_ line: Span<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        for part in 0..<4 {
            if part > 0, !skip(UInt8(ascii: "."), line) { return nil }
            let start = position
            var value: UInt32 = 0
            while position - start < 3, let octet = peek(line), let digit = digit(octet, false) {
                value = value * 10 + UInt32(digit)
                position += 1
            }
            guard position > start, value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    /// Groups before the gap are collected in `head`, those after it in `tail`; without a gap there are eight in `head`.
    private mutating func colonGroups(_ line: Span<UInt8>) -> IPAddress? {
        var head: UInt128 = 0, tail: UInt128 = 0
        var headCount = 0, tailCount = 0
        var hasGap = false
        if skip(UInt8(ascii: ":"), line) {
            guard skip(UInt8(ascii: ":"), line) else { return nil }
            hasGap = true
        }
        while let octet = peek(line), digit(octet, true) != nil {
            guard headCount + tailCount < (hasGap ? 7 : 8) else { return nil }
            let width: Int
            let bits: UInt128
            let start = position
            if headCount + tailCount <= 6, let quad = dottedQuad(line) {
                (bits, width) = (UInt128(quad), 2)
            } else {
                position = start
                (bits, width) = (UInt128(hexadecimalGroup(line)), 1)
            }
            if hasGap {
                (tail, tailCount) = (tail << UInt128(16 * width) | bits, tailCount + width)
            } else {
                (head, headCount) = (head << UInt128(16 * width) | bits, headCount + width)
            }
            guard width == 1, skip(UInt8(ascii: ":"), line) else { break }
            if skip(UInt8(ascii: ":"), line) {
                if hasGap { return nil }
                hasGap = true
            } else if peek(line).flatMap({ digit($0, true) }) == nil {
                return nil
            }
        }
        guard hasGap ? headCount + tailCount <= 7 : headCount == 8 else { return nil }
        let bits = headCount == 8 ? head : headCount == 0 ? tail : head << UInt128(128 - 16 * headCount) | tail
        return IPAddress(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    /// At most four digits; a fifth is left and then is no delimiter.
    private mutating func hexadecimalGroup(_ line: Span<UInt8>) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let octet = peek(line), let digit = digit(octet, true) else { break }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
