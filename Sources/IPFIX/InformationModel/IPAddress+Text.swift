// SPDX-License-Identifier: Apache-2.0

extension IPAddress: LosslessStringConvertible, CustomStringConvertible {
    /// Dotted quad, or RFC 4291 §2.2 text with optional `::` and optional trailing dotted quad. No zone, no prefix length.
    public init?(_ text: some StringProtocol) {
        var parser = AddressTextParser(octets: Array(text.utf8))
        guard let address = parser.parse() else { return nil }
        self = address
    }

    public init?(_ description: String) {
        self.init(description[...])
    }

    /// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`.
    public var description: String {
        if let v4 {
            return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)"
        }
        let groups = [high, low].flatMap { half in (0..<4).map { UInt16(truncatingIfNeeded: half >> (48 - 16 * $0)) } }
        let gap = longestRunOfZeros(groups)
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard let gap else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}

/// RFC 5952 §4.2: only runs of two or more are shortened, the first of the longest.
private func longestRunOfZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
        guard groups[start] == 0 else {
            start += 1
            continue
        }
        var end = start
        while end < groups.count, groups[end] == 0 { end += 1 }
        if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
        start = end
    }
    return best
}

private struct AddressTextParser {
    let octets: [UInt8]
    var position = 0

    mutating func parse() -> IPAddress? {
        guard octets.count <= 45 else { return nil }
        if !octets.contains(UInt8(ascii: ":")) {
            guard let bits = dottedQuad(), position == octets.count else { return nil }
            return IPAddress(v4: bits)
        }
        return colonGroups()
    }

    private mutating func dottedQuad() -> UInt32? {
        var bits: UInt32 = 0
        for part in 0..<4 {
            if part > 0, !skip(UInt8(ascii: ".")) { return nil }
            guard let value = decimalOctet() else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    private mutating func decimalOctet() -> UInt32? {
        let start = position
        var value: UInt32 = 0
        while position < octets.count, position - start < 3, (48...57).contains(octets[position]) {
            value = value * 10 + UInt32(octets[position] - 48)
            position += 1
        }
        // RFC 6943 §3.1.1: a leading zero means octal to some readers, so it means nothing here.
        if position - start > 1, octets[start] == UInt8(ascii: "0") { return nil }
        return position > start && value <= 255 ? value : nil
    }

    private mutating func colonGroups() -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        if skip(UInt8(ascii: ":")) {
            guard skip(UInt8(ascii: ":")) else { return nil }
            gap = 0
        }
        while position < octets.count {
            if groups.count == 8 { return nil }
            if restIsDottedQuad {
                guard groups.count <= 6, let bits = dottedQuad(), position == octets.count else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
                break
            }
            guard let group = hexadecimalGroup() else { return nil }
            groups.append(group)
            if position == octets.count { break }
            guard skip(UInt8(ascii: ":")) else { return nil }
            if skip(UInt8(ascii: ":")) {
                if gap != nil { return nil }
                gap = groups.count
            } else if position == octets.count {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return IPAddress(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private var restIsDottedQuad: Bool {
        let rest = octets[position...]
        return rest.contains(UInt8(ascii: ".")) && !rest.contains(UInt8(ascii: ":"))
    }

    private mutating func hexadecimalGroup() -> UInt16? {
        let start = position
        var value: UInt16 = 0
        while position < octets.count, position - start < 4, let digit = hexadecimalDigit(octets[position]) {
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return position > start ? value : nil
    }

    private mutating func skip(_ octet: UInt8) -> Bool {
        guard position < octets.count, octets[position] == octet else { return false }
        position += 1
        return true
    }
}

private func hexadecimalDigit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case 48...57: octet - 48
    case 65...70: octet - 55
    case 97...102: octet - 87
    default: nil
    }
}
