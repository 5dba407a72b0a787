// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension FilterBuilder {
    /// A value as its field wants it.
    func value(_ token: FilterToken, for operand: FilterOperand) throws(FilterError) -> FilterValue {
        let text = text(token)
        switch operand {
        case .measure(.duration): return try duration(text, token)
        case .measure: return try number(text, token, words: [:], name: "\(operand)")
        case .field(.icmpTypeCode): return try icmpTypeCode(text, token)
        case .field(let field):
            let definition = FlowSchema.definition(of: field)
            switch definition.kind {
            case .name: return .text(text)
            case .unsigned where definition.elements.all.contains { $0.type == .dateTimeSeconds }:
                if let time = MomentText.moment(text, localTime: localTime) { return .number(UInt64(max(time.seconds, 0))) }
                return try number(text, token, words: [:], name: definition.name)
            case .unsigned: return try number(text, token, words: FilterVocabulary.words(of: field), name: definition.name)
            case .time: return try time(text, token, name: definition.name)
            case .address:
                guard let prefix = IPPrefix(text) else {
                    throw scanner.error("\(token.name) is neither an address nor a prefix such as 10.0.0.0/8 or fd00::/16", at: token.place)
                }
                return .prefix(prefix)
            case .uuid:
                guard let (high, low) = UUIDText.parse(text) else { throw scanner.error("\(token.name) is not a UUID", at: token.place) }
                return .uuid(high: high, low: low)
            }
        }
    }

    private func number(_ text: String, _ token: FilterToken, words: [String: UInt64], name: String) throws(FilterError) -> FilterValue {
        if let number = words[text] ?? words[text.lowercased()] { return .number(number) }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        if bounds.count == 2, let lower = NumberText.number(bounds[0]), let upper = NumberText.number(bounds[1]) {
            guard lower <= upper else { throw scanner.error("the range \(text) ends before it begins", at: token.place) }
            return .range(lower...upper)
        }
        if let number = NumberText.number(text[...]) { return .number(number) }
        let isWord = text.first.map { !$0.isNumber } ?? false
        guard !words.isEmpty, isWord else {
            throw scanner.error("\(token.name) is not a number up to 2⁶³ − 1, such as 80, 8000-8100, 1.5M or 64Ki", at: token.place)
        }
        throw scanner.error("\(token.name) is no value of \(name)", at: token.place, known: words.keys.sorted())
    }

    private func time(_ text: String, _ token: FilterToken, name: String) throws(FilterError) -> FilterValue {
        let number = Int64(text).map { Timestamp(milliseconds: $0) }
        // Others cannot be written again.
        let writable = Timestamp(milliseconds: 0)...Timestamp(milliseconds: 253_402_300_799_999)
        if let moment = MomentText.moment(text, localTime: localTime) ?? number, writable.contains(moment) { return .time(moment) }
        throw scanner.error(
            "\(token.name) is not a time from 1970 to 9999, such as 2026-11-23T10:00 or 2026-11-23T10:00:00Z", at: token.place)
    }

    /// `500ms`, `10s`, `1h30m`.
    private func duration(_ text: String, _ token: FilterToken) throws(FilterError) -> FilterValue {
        if text.hasSuffix("ms"), let milliseconds = NumberText.number(text.dropLast(2)) { return .number(milliseconds) }
        guard let duration = MomentText.duration(text) else {
            throw scanner.error("\(token.name) is not a span, such as 500ms, 10s or 1h30m", at: token.place)
        }
        return .number(UInt64(duration.wholeMilliseconds))
    }

    /// `2048`, or type and code: `8/0`.
    private func icmpTypeCode(_ text: String, _ token: FilterToken) throws(FilterError) -> FilterValue {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let type = UInt8(parts[0]), let code = UInt8(parts[1]) { return .number(UInt64(type) * 256 + UInt64(code)) }
        return try number(text, token, words: [:], name: "icmpTypeCode")
    }
}

/// Numbers with units: `1500`, `1.5M`, `64Ki`, `10MB`.
enum NumberText {
    private static let units: [(name: String, factor: UInt64)] = [
        ("", 1), ("k", 1000), ("K", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("P", 1_000_000_000_000_000),
        ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50),
    ]

    /// At most 2⁶³ − 1; a fraction must come to a whole number.
    static func number(_ text: Substring) -> UInt64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = String(text.dropFirst(digits.count))
        if unit.hasSuffix("B") { unit.removeLast() }
        guard let factor = units.first(where: { $0.name == unit })?.factor else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = UInt64(parts[0]) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow, product <= FilterValue.largestNumber else { return nil }
        guard parts.count == 2 else { return product }
        guard (1...15).contains(parts[1].count), let part = UInt64(parts[1]) else { return nil }
        let scale = (0..<parts[1].count).reduce(UInt64(1)) { scale, _ in scale * 10 }
        let scaled = UInt128(part) * UInt128(factor)
        guard scaled % UInt128(scale) == 0 else { return nil }
        let sum = UInt128(product) + scaled / UInt128(scale)
        return sum <= UInt128(FilterValue.largestNumber) ? UInt64(sum) : nil
    }
}
