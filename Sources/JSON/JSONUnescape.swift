// SPDX-License-Identifier: Apache-2.0

/// The inside of a JSON string, octet by octet, to UTF-8 (RFC 8259 §7). An escape may be cut anywhere.
///
/// Inlined into other modules, for whole dumps go through it octet by octet.
/// A surrogate without its partner becomes U+FFFD, as the Unicode standard advises.
public struct JSONUnescape: Sendable {
    @usableFromInline var state = State.plain
    /// The first half of a surrogate pair, waiting for the second.
    @usableFromInline var highSurrogate: UInt32?

    @usableFromInline enum State: Sendable {
        case plain, escape
        case hexadecimal(digits: Int, value: UInt32)
    }

    @inlinable public init() {}

    /// In the middle of an escape, so that a quote does not end the string.
    @inlinable public var isEscaped: Bool {
        if case .plain = state { false } else { true }
    }

    /// What is to come may depend on what was.
    public var isPending: Bool { isEscaped || highSurrogate != nil }

    /// - Returns: what the octet adds; nil for an escape JSON does not know.
    @inlinable public mutating func consume(_ octet: UInt8) -> Output? {
        switch state {
        case .plain where octet == UInt8(ascii: "\\"):
            state = .escape
            return Output()
        case .plain: return surrounded(Output(octet: octet))
        case .escape: return escape(octet)
        case .hexadecimal(let digits, let value):
            guard let digit = Self.digit(octet) else { return nil }
            let next = value << 4 | digit
            state = digits == 3 ? .plain : .hexadecimal(digits: digits + 1, value: next)
            return digits == 3 ? codeUnit(next) : Output()
        }
    }

    /// The end of the string.
    @inlinable public mutating func finish() -> Output { surrounded(Output()) }

    @usableFromInline mutating func escape(_ octet: UInt8) -> Output? {
        state = .plain
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return surrounded(Output(octet: octet))
        case UInt8(ascii: "n"): return surrounded(Output(octet: 0x0A))
        case UInt8(ascii: "t"): return surrounded(Output(octet: 0x09))
        case UInt8(ascii: "r"): return surrounded(Output(octet: 0x0D))
        case UInt8(ascii: "b"): return surrounded(Output(octet: 0x08))
        case UInt8(ascii: "f"): return surrounded(Output(octet: 0x0C))
        case UInt8(ascii: "u"):
            state = .hexadecimal(digits: 0, value: 0)
            return Output()
        default: return nil
        }
    }

    @usableFromInline mutating func codeUnit(_ unit: UInt32) -> Output {
        switch unit {
        case 0xD800...0xDBFF:
            let output = surrounded(Output())
            highSurrogate = unit
            return output
        case 0xDC00...0xDFFF:
            guard let high = highSurrogate else { return Output(scalar: 0xFFFD) }
            highSurrogate = nil
            return Output(scalar: 0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00))
        default: return surrounded(Output(scalar: unit))
        }
    }

    /// `output`, after the replacement of a first half that has no second.
    @inlinable mutating func surrounded(_ output: Output) -> Output {
        guard highSurrogate != nil else { return output }
        highSurrogate = nil
        return Output(scalar: 0xFFFD, then: output)
    }

    @usableFromInline static func digit(_ octet: UInt8) -> UInt32? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(octet - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(octet - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(octet - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension JSONUnescape {
    /// Up to seven octets of UTF-8 in one integer, the first one lowest.
    public struct Output: Sendable {
        @usableFromInline var octets: UInt64 = 0
        @usableFromInline var count = 0

        @inlinable init() {}

        @inlinable init(octet: UInt8) { add(octet) }

        /// - Precondition: not a surrogate.
        @usableFromInline init(scalar: UInt32, then next: Output = Output()) {
            switch scalar {
            case ..<0x80:
                add(UInt8(truncatingIfNeeded: scalar))
            case ..<0x800:
                add(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
                add(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
            case ..<0x10000:
                add(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
                add(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F))
                add(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
            default:
                add(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
                add(0x80 | UInt8(truncatingIfNeeded: scalar >> 12 & 0x3F))
                add(0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F))
                add(0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F))
            }
            octets |= next.octets << UInt64(8 * count)
            count += next.count
        }

        @inlinable public func append(to text: inout [UInt8]) {
            for index in 0..<count { text.append(UInt8(truncatingIfNeeded: octets >> UInt64(8 * index))) }
        }

        @inlinable mutating func add(_ octet: UInt8) {
            octets |= UInt64(octet) << UInt64(8 * count)
            count += 1
        }
    }
}
