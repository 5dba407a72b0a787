// SPDX-License-Identifier: Apache-2.0

public import IPFIX

extension FlowFilter {
    /// Longer filters are refused; so are those with more than ``mostTests`` comparisons, or nested deeper than ``deepest``.
    public static let longestText = 65_536
    public static let mostTests = 400
    public static let deepest = 50

    /// Reads a filter.
    ///
    /// - Parameter localTime: the moment at which a clock on the user's wall shows what one in Greenwich shows at the moment given; for
    ///   times without a zone. Without it they are in UTC.
    public init(parsing text: String, localTime: (Timestamp) -> Timestamp = { $0 }) throws(FilterError) {
        let scanner = FilterScanner(text)
        guard text.unicodeScalars.count <= Self.longestText else {
            throw scanner.error("it is longer than \(Self.longestText) characters", at: 0..<1)
        }
        var parser = try FilterParser(scanner)
        let tree = try parser.parse()
        self = try withoutActuallyEscaping(localTime) { localTime throws(FilterError) in
            try FilterBuilder(scanner: scanner, localTime: localTime).filter(tree)
        }
        let count = tests.count
        guard count <= Self.mostTests else {
            throw scanner.error("it has \(count) comparisons, more than \(Self.mostTests)", at: 0..<1)
        }
    }
}

/// What was written, before names and values are looked at.
indirect enum FilterSyntax {
    case all([FilterSyntax])
    case any([FilterSyntax])
    case not(FilterSyntax)
    case phrase(Phrase)

    /// `source port in (80, 443)`, `denied`, `sourcePodName ~ ^web`, `tcp`, `label app=web`.
    struct Phrase {
        /// Names before the comparison: one, or a side and one; behind `label` the label's key.
        var names: [FilterToken]
        var comparison: Comparison?
    }

    struct Comparison {
        enum Kind { case equal, ordered(FilterTest.Order), matches, isUnknown }

        let kind: Kind
        /// `!=`, `not in`, `!~`, `is known`.
        let isNegated: Bool
        let values: [FilterToken]
        /// Of the operator.
        let place: Range<Int>
        /// Whether there is no operator: `port 53`.
        var isImplied = false
    }
}

/// The grammar:
///
/// ```
/// or         = and { ("or" | "||") and }
/// and        = not { ("and" | "&&") not }
/// not        = ("not" | "!") not | "(" or ")" | phrase
/// phrase     = [ side ] name [ comparison ] | [ side ] "label" key [ comparison ]
/// comparison = ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~") value | value
///            | [ "not" ] "in" ( value | "(" value { "," value } ")" ) | "is" [ "not" ] ("unknown" | "known")
/// ```
struct FilterParser {
    private var scanner: FilterScanner
    private var token: FilterToken
    private var depth = 0

    init(_ scanner: FilterScanner) throws(FilterError) {
        self.scanner = scanner
        token = try self.scanner.next()
    }

    mutating func parse() throws(FilterError) -> FilterSyntax {
        if token.kind == .end { throw scanner.error("it is empty", at: token.place) }
        let filter = try or()
        guard token.kind == .end else {
            throw scanner.error("\(token.name) cannot stand here; 'and', 'or' or the end is expected", at: token.place)
        }
        return filter
    }

    private mutating func advance() throws(FilterError) { token = try scanner.next() }

    private mutating func or() throws(FilterError) -> FilterSyntax {
        var parts = [try and()]
        while token.isKeyword("or") || token.isSign("||") {
            try advance()
            parts.append(try and())
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func and() throws(FilterError) -> FilterSyntax {
        var parts = [try not()]
        while token.isKeyword("and") || token.isSign("&&") {
            try advance()
            parts.append(try not())
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func not() throws(FilterError) -> FilterSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= FlowFilter.deepest else { throw scanner.error("it is nested deeper than \(FlowFilter.deepest)", at: token.place) }
        if token.isKeyword("not") || token.isSign("!") {
            try advance()
            return .not(try not())
        }
        guard token.isSign("(") else { return .phrase(try phrase()) }
        let open = token.place
        try advance()
        let filter = try or()
        guard token.isSign(")") else {
            throw scanner.error("'(' has no ')'; \(token.name) stands where it should be", at: token.kind == .end ? open : token.place)
        }
        try advance()
        return filter
    }

    private mutating func phrase() throws(FilterError) -> FilterSyntax.Phrase {
        guard let first = token.word, !isReserved(token) else {
            throw scanner.error("\(token.name) stands where a field or a word such as 'pod' or 'denied' is expected", at: token.place)
        }
        var names = [token]
        try advance()
        if FilterVocabulary.sides[first] != nil, token.word != nil, !isReserved(token) {
            names.append(token)
            try advance()
        }
        // The key of a label is a name too; what is compared is its value.
        if names.last?.word == FilterVocabulary.label {
            guard isValue(token) else {
                throw scanner.error("the key of a label is missing, such as 'app' in 'label app=web'", at: token.place)
            }
            names.append(token)
            try advance()
        }
        return FilterSyntax.Phrase(names: names, comparison: try comparison())
    }

    private func isReserved(_ token: FilterToken) -> Bool {
        ["and", "or", "not", "in", "is"].contains { token.isKeyword($0) }
    }

    private mutating func comparison() throws(FilterError) -> FilterSyntax.Comparison? {
        let place = token.place
        if case .sign(let sign) = token.kind, let (kind, isNegated) = Self.operators[sign] {
            if case .matches = kind {
                token = try scanner.nextPattern()
                guard token.kind != .end else { throw scanner.error("a pattern is missing after '\(sign)'", at: token.place) }
                let pattern = token
                try advance()
                return FilterSyntax.Comparison(kind: kind, isNegated: isNegated, values: [pattern], place: place)
            }
            try advance()
            return FilterSyntax.Comparison(kind: kind, isNegated: isNegated, values: [try value(after: sign)], place: place)
        }
        if token.isKeyword("is") { return try known(place) }
        var isNegated = false
        if token.isKeyword("not") {
            try advance()
            guard token.isKeyword("in") else {
                throw scanner.error("'not' is followed by 'in' here, but there is \(token.name)", at: token.place)
            }
            isNegated = true
        }
        if token.isKeyword("in") {
            try advance()
            return FilterSyntax.Comparison(kind: .equal, isNegated: isNegated, values: try list(), place: place)
        }
        guard isValue(token) else { return nil }
        return FilterSyntax.Comparison(kind: .equal, isNegated: false, values: [try value(after: "it")], place: place, isImplied: true)
    }

    private static let operators: [String: (FilterSyntax.Comparison.Kind, Bool)] = [
        "=": (.equal, false), "==": (.equal, false), "!=": (.equal, true), "~": (.matches, false), "=~": (.matches, false),
        "!~": (.matches, true), "<": (.ordered(.less), false), "<=": (.ordered(.lessOrEqual), false), ">": (.ordered(.greater), false),
        ">=": (.ordered(.greaterOrEqual), false),
    ]

    private func isValue(_ token: FilterToken) -> Bool {
        switch token.kind {
        case .quoted: true
        case .word: !isReserved(token)
        case .sign, .end: false
        }
    }

    private mutating func value(after sign: String) throws(FilterError) -> FilterToken {
        guard isValue(token) else {
            throw scanner.error(
                "\(token.name) stands where a value is expected after '\(sign)'; a word of the language stands in quotes", at: token.place)
        }
        let value = token
        try advance()
        return value
    }

    private mutating func list() throws(FilterError) -> [FilterToken] {
        guard token.isSign("(", "[") else { return [try value(after: "in")] }
        let closing = token.isSign("(") ? ")" : "]"
        try advance()
        var values = [try value(after: "in (")]
        while token.isSign(",") {
            try advance()
            values.append(try value(after: ","))
        }
        guard token.isSign(closing) else {
            throw scanner.error("\(token.name) stands where ',' or '\(closing)' is expected", at: token.place)
        }
        try advance()
        return values
    }

    private mutating func known(_ place: Range<Int>) throws(FilterError) -> FilterSyntax.Comparison {
        try advance()
        var isNegated = false
        if token.isKeyword("not") {
            isNegated = true
            try advance()
        }
        guard token.isKeyword("unknown") || token.isKeyword("known") else {
            throw scanner.error("'is' is followed by 'unknown' or 'known', but there is \(token.name)", at: token.place)
        }
        if token.isKeyword("known") { isNegated.toggle() }
        try advance()
        return FilterSyntax.Comparison(kind: .isUnknown, isNegated: isNegated, values: [], place: place)
    }
}
