// SPDX-License-Identifier: Apache-2.0

/// A place in a line of a dump, and how to read from it. The line is passed to every call, so that nothing is copied.
///
/// Delimiters are `,`, `=`, `(`, `)` and the end of the line.
struct DumpCursor {
    var position = 0

    func peek(_ line: Span<UInt8>) -> UInt8? {
        position < line.count ? line[position] : nil
    }

    func isAtEnd(_ line: Span<UInt8>) -> Bool { position >= line.count }

    /// Steps over `octet` if it is next.
    mutating func skip(_ octet: UInt8, _ line: Span<UInt8>) -> Bool {
        guard peek(line) == octet else { return false }
        position += 1
        return true
    }

    /// A name up to the next delimiter or `|`; a name too long to be known is the empty word.
    mutating func word(_ line: Span<UInt8>) -> DumpWord {
        var bits: UInt128 = 0
        let start = position
        while position < line.count, !isDelimiter(line[position]), line[position] != UInt8(ascii: "|") {
            bits = bits << 8 | UInt128(line[position])
            position += 1
        }
        return DumpWord(bits: position - start <= 16 ? bits : 0)
    }

    /// Skips a value: up to the next `,` or `)` that is not inside parentheses of its own.
    mutating func skipValue(_ line: Span<UInt8>) throws(DumpRejection) {
        let start = position
        var depth = 0
        while position < line.count {
            switch line[position] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth == 0: return
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            position += 1
        }
        if depth > 0 { throw DumpRejection(.unbalancedParentheses, at: start) }
    }

    /// A decimal number, or a hexadecimal one after `0x`.
    mutating func number<Value: FixedWidthInteger & UnsignedInteger>(
        _ line: Span<UInt8>, as type: Value.Type = Value.self
    ) throws(DumpRejection) -> Value {
        let start = position
        let radix: Value = skipHexadecimalPrefix(line) ? 16 : 10
        let firstDigit = position
        var value: Value = 0
        while let octet = peek(line), let digit = digit(octet, radix == 16) {
            let (product, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = product.addingReportingOverflow(Value(digit))
            if overflow || carry { throw DumpRejection(.numberOutOfRange, at: start) }
            value = sum
            position += 1
        }
        guard position > firstDigit else { throw DumpRejection(.notANumber, at: start) }
        return value
    }

    mutating func skipHexadecimalPrefix(_ line: Span<UInt8>) -> Bool {
        guard position + 1 < line.count, line[position] == UInt8(ascii: "0"), line[position + 1] | 0x20 == UInt8(ascii: "x") else {
            return false
        }
        position += 2
        return true
    }

    func digit(_ octet: UInt8, _ isHexadecimal: Bool) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f") where isHexadecimal: octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F") where isHexadecimal: octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private func isDelimiter(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }
}
