// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// Writes JSON (RFC 8259) into octets.
struct JSONText {
    private(set) var octets: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        unsafe octets.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .plain(let value): write(value)
        case .flag(let flag): raw(flag ? "true" : "false")
        case .array(let values):
            raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { raw(",") }
                write(value)
            }
            raw("]")
        case .members(let members):
            raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { raw(",") }
                write(member.name)
                raw(":")
                write(member.value)
            }
            raw("}")
        }
    }

    /// One row as an object.
    mutating func write(_ columns: [String], _ row: [ResultValue]) {
        raw("{")
        for (index, value) in row.enumerated() {
            if index > 0 { raw(",") }
            write(columns[index])
            raw(":")
            write(value)
        }
        raw("}")
    }

    /// Blobs become hexadecimal digits; infinities, which JSON has not, null.
    mutating func write(_ value: ResultValue) {
        switch value {
        case .null: raw("null")
        case .integer(let value): octets.append(contentsOf: "\(value)".utf8)
        case .real(let value): octets.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
        case .text(let text): write(text)
        case .blob(let blob): write(hexadecimal(blob))
        }
    }

    mutating func write(digits number: UInt64) { octets.append(contentsOf: String(number).utf8) }

    /// Text that needs no escapes.
    mutating func writePlain(_ text: String) {
        raw("\"")
        octets.append(contentsOf: text.utf8)
        raw("\"")
    }

    mutating func removeAll() { octets.removeAll(keepingCapacity: true) }

    mutating func write(_ text: String) {
        // Names of elements and most values need no look at each scalar.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return writePlain(text)
        }
        raw("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": raw("\\\"")
            case "\\": raw("\\\\")
            case "\n": raw("\\n")
            case "\r": raw("\\r")
            case "\t": raw("\\t")
            // RFC 8259 asks for those below 0x20 only; the others would still reach a terminal. All have four digits.
            case _ where TerminalText.isHarmful(scalar):
                raw("\\u")
                octets.append(contentsOf: hexadecimal([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)]).utf8)
            default: octets.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            }
        }
        raw("\"")
    }
}

/// Two lower-case digits an octet.
func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
