// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Gives names and values their meaning.
struct FilterBuilder {
    let scanner: FilterScanner
    let localTime: (Timestamp) -> Timestamp

    typealias Comparison = FilterSyntax.Comparison

    func filter(_ syntax: FilterSyntax) throws(FilterError) -> FlowFilter {
        switch syntax {
        case .not(let part): return .not(try filter(part))
        case .all(let parts): return .all(try filters(parts))
        case .any(let parts): return .any(try filters(parts))
        case .phrase(let phrase): return try filter(phrase)
        }
    }

    private func filters(_ parts: [FilterSyntax]) throws(FilterError) -> [FlowFilter] {
        var filters: [FlowFilter] = []
        for part in parts { filters.append(try filter(part)) }
        return filters
    }

    private func filter(_ phrase: FilterSyntax.Phrase) throws(FilterError) -> FlowFilter {
        let side = phrase.names[0].word.flatMap { FilterVocabulary.sides[$0] }
        let named = phrase.names.dropFirst(side == nil || phrase.names.count == 1 ? 0 : 1)
        guard let token = named.first, let name = token.word else { throw scanner.error("a name is missing", at: phrase.names[0].place) }
        if let endpoint = FilterVocabulary.endpoints[name] {
            let fields = side.map { [$0 == .source ? endpoint.source : endpoint.destination] } ?? [endpoint.source, endpoint.destination]
            if name == FilterVocabulary.label, let key = named.last { return try label(text(key), key, fields, phrase.comparison) }
            let comparison = try required(phrase.comparison, after: token)
            return negated(any(try build(fields) { field throws(FilterError) in try endpointFilter(name, field, comparison) }), comparison)
        }
        if side != nil {
            let known = FilterVocabulary.endpoints.keys.sorted()
            throw scanner.error(
                "'\(phrase.names[0].word ?? "")' goes before \(known.joined(separator: ", "))", at: token.place, known: known)
        }
        if let condition = FilterVocabulary.conditions[name] {
            guard let comparison = phrase.comparison else { return condition }
            throw scanner.error("'\(name)' is a condition by itself; 'and', 'or' or the end is expected", at: comparison.place)
        }
        return try fieldFilter(name, token, phrase.comparison)
    }

    /// A field by its name, or a word that stands for one.
    private func fieldFilter(_ name: String, _ token: FilterToken, _ comparison: Comparison?) throws(FilterError) -> FlowFilter {
        if name == "icmpType" || name == "icmpCode" { return try icmp(name, required(comparison, after: token)) }
        let synonym = FilterVocabulary.synonyms[name]
        let field = FlowSchema.field(named: name).map { FilterOperand.field($0) }
        guard let operand = synonym ?? field else {
            throw scanner.error("there is no field or word '\(name)'", at: token.place, known: FilterVocabulary.all)
        }
        let comparison = try required(comparison, after: token)
        guard synonym != nil || !comparison.isImplied else {
            throw scanner.error("an operator such as '=' or 'in' is missing after the field '\(name)'", at: comparison.place)
        }
        if case .field(let field) = operand, FlowSchema.definition(of: field).kind == .name {
            return negated(try named(field, comparison) { name == "service" ? Self.service($0) : nil }, comparison)
        }
        return negated(.test(FilterTest(operand, try meaning(of: comparison, for: operand))), comparison)
    }

    private func required(_ comparison: Comparison?, after token: FilterToken) throws(FilterError) -> Comparison {
        guard let comparison else { throw scanner.error("a value is missing after \(token.name)", at: token.place) }
        return comparison
    }

    private func negated(_ filter: FlowFilter, _ comparison: Comparison) -> FlowFilter {
        comparison.isNegated ? .not(filter) : filter
    }

    private func any(_ filters: [FlowFilter]) -> FlowFilter { filters.count == 1 ? filters[0] : .any(filters) }

    private func build<Element>(
        _ elements: [Element], _ body: (Element) throws(FilterError) -> FlowFilter
    ) throws(FilterError) -> [FlowFilter] {
        var filters: [FlowFilter] = []
        for element in elements { filters.append(try body(element)) }
        return filters
    }

    /// What a comparison says of an operand, its negation apart.
    func meaning(of comparison: Comparison, for operand: FilterOperand) throws(FilterError) -> FilterTest.Comparison {
        switch comparison.kind {
        case .isUnknown: return .isUnknown
        case .equal:
            var values: [FilterValue] = []
            for token in comparison.values { values.append(try value(token, for: operand)) }
            return .oneOf(values)
        case .ordered(let order):
            let value = try value(comparison.values[0], for: operand)
            switch value {
            case .number, .time: return .ordered(order, value)
            default: throw scanner.error("'\(order.rawValue)' compares numbers and times, and \(operand) is neither", at: comparison.place)
            }
        case .matches:
            guard case .field(let field) = operand, FlowSchema.definition(of: field).kind == .name else {
                throw scanner.error("'~' looks into names, and \(operand) is none", at: comparison.place)
            }
            return .matches(try expression(text(comparison.values[0]), comparison.values[0]))
        }
    }

    func text(_ token: FilterToken) -> String {
        switch token.kind {
        case .word(let text), .quoted(let text), .sign(let text): text
        case .end: ""
        }
    }

    private func expression(_ pattern: String, _ token: FilterToken) throws(FilterError) -> RegularExpression {
        do throws(RegularExpressionError) {
            return try RegularExpression(pattern)
        } catch {
            // Within quotes a place in the pattern is not one in the filter.
            let start = token.place.lowerBound + (token.word == nil ? 0 : error.offset)
            let place = token.word == nil ? token.place : min(start, token.place.upperBound)..<max(start, token.place.upperBound)
            throw scanner.error("the pattern is not understood: \(error.description)", at: place)
        }
    }
}

// Words for endpoints, policies and Services.
extension FilterBuilder {
    /// One side of `pod`, `ip`, `label` …, the comparison's negation apart.
    private func endpointFilter(_ name: String, _ field: FlowField, _ comparison: Comparison) throws(FilterError) -> FlowFilter {
        switch name {
        case "workload": return try workload(field, comparison)
        case "pod", "policy": return try qualified(field, comparison)
        case _ where FlowSchema.definition(of: field).kind == .name: return try named(field, comparison)
        default: return .test(FilterTest(.field(field), try meaning(of: comparison, for: .field(field))))
        }
    }

    /// Names that may have a namespace before them: `pod shop/web-1`. A pattern looks into the name alone.
    private func qualified(_ field: FlowField, _ comparison: Comparison) throws(FilterError) -> FlowFilter {
        guard case .equal = comparison.kind else {
            return .test(FilterTest(.field(field), try meaning(of: comparison, for: .field(field))))
        }
        guard comparison.values.contains(where: { text($0).contains("/") }) else { return try named(field, comparison) }
        return try qualified(field, comparison.values) { name, token throws(FilterError) in
            .test(FilterTest(.field(field), try equality(name, token)))
        }
    }

    private func qualified(
        _ field: FlowField, _ tokens: [FilterToken], name: (String, FilterToken) throws(FilterError) -> FlowFilter
    ) throws(FilterError) -> FlowFilter {
        any(
            try build(tokens) { token throws(FilterError) in
                let parts = text(token).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let filter = try name(parts.last ?? "", token)
                guard parts.count == 2 else { return filter }
                return .all([.test(FilterTest(.field(Self.namespace(of: field)), try equality(parts[0], token))), filter])
            })
    }

    /// A workload by its name, or, of a pod whose workload nobody told, by what the pod's name says of it.
    private func workload(_ field: FlowField, _ comparison: Comparison) throws(FilterError) -> FlowFilter {
        let pod: FlowField = field == .sourceWorkloadName ? .sourcePodName : .destinationPodName
        let isUnknown = FlowFilter.test(FilterTest(.field(field), .isUnknown))
        switch comparison.kind {
        case .isUnknown: return .all([isUnknown, .test(FilterTest(.field(pod), .isUnknown))])
        case .equal:
            return try qualified(field, comparison.values) { name, token throws(FilterError) in
                .any([
                    .test(FilterTest(.field(field), try equality(name, token))),
                    .all([
                        isUnknown,
                        .test(FilterTest(.field(pod), .matches(try expression(WorkloadName.pattern(name), token)))),
                    ]),
                ])
            }
        case .ordered, .matches:
            return .any([
                .test(FilterTest(.field(field), try meaning(of: comparison, for: .field(field)))),
                .all([isUnknown, .test(FilterTest(.field(pod), try meaning(of: comparison, for: .field(pod))))]),
            ])
        }
    }

    private static func namespace(of field: FlowField) -> FlowField {
        switch field {
        case .sourcePodName, .sourceWorkloadName: .sourcePodNamespace
        case .destinationPodName, .destinationWorkloadName: .destinationPodNamespace
        case .egressNetworkPolicyName: .egressNetworkPolicyNamespace
        default: .ingressNetworkPolicyNamespace
        }
    }

    /// A name as it is, or, of a bare word with a `*`, what fits it.
    private func equality(_ name: String, _ token: FilterToken) throws(FilterError) -> FilterTest.Comparison {
        guard token.word != nil, name.contains("*") else { return .oneOf([.text(name)]) }
        let parts = name.split(separator: "*", omittingEmptySubsequences: false).map { RegularExpression.escaped(String($0)) }
        return .matches(try expression("^" + parts.joined(separator: ".*") + "$", token))
    }

    /// Equality with names, each of which may be written in short.
    ///
    /// - Parameter pattern: what a name stands for; nil for itself.
    private func named(_ field: FlowField, _ comparison: Comparison, pattern: (String) -> String? = { _ in nil }) throws(FilterError)
        -> FlowFilter
    {
        guard case .equal = comparison.kind else {
            return .test(FilterTest(.field(field), try meaning(of: comparison, for: .field(field))))
        }
        var exact: [FilterValue] = []
        var others: [FlowFilter] = []
        for token in comparison.values {
            let name = text(token)
            if let pattern = pattern(name) {
                others.append(.test(FilterTest(.field(field), .matches(try expression(pattern, token)))))
            } else if case .oneOf(let values) = try equality(name, token) {
                exact += values
            } else {
                others.append(.test(FilterTest(.field(field), try equality(name, token))))
            }
        }
        return any((exact.isEmpty ? [] : [.test(FilterTest(.field(field), .oneOf(exact)))]) + others)
    }

    /// `shop/db:postgres` is a whole name; without the port, or without the namespace, each Service of that name is meant.
    private static func service(_ name: String) -> String? {
        if name.contains("/"), name.contains(":") { return nil }
        let parts = name.split(separator: "*", omittingEmptySubsequences: false).map { RegularExpression.escaped(String($0)) }
        return (name.contains("/") ? "^" : "^([^/]*/)?") + parts.joined(separator: "[^/:]*") + (name.contains(":") ? "$" : "(:.*)?$")
    }

    /// `label app`, `label app=web`, `label app in (web, api)`: a member of the JSON object that the labels are kept as. Within a JSON text
    /// a quotation mark has a `\` before it, so nothing but a member can look like one.
    private func label(_ key: String, _ token: FilterToken, _ fields: [FlowField], _ comparison: Comparison?) throws(FilterError)
        -> FlowFilter
    {
        let member = #"[{,]\s*"# + Self.jsonString(key) + #"\s*:"#
        var patterns = [member]
        if let comparison {
            guard case .equal = comparison.kind else { throw scanner.error("a label is compared by '=' or 'in'", at: comparison.place) }
            patterns = comparison.values.map { member + #"\s*"# + Self.jsonString(text($0)) }
        }
        var tests: [FlowFilter] = []
        for field in fields {
            for pattern in patterns { tests.append(.test(FilterTest(.field(field), .matches(try expression(pattern, token))))) }
        }
        return comparison.map { negated(any(tests), $0) } ?? any(tests)
    }

    /// A pattern for a string of JSON, in which a `/` may have a `\` before it.
    private static func jsonString(_ text: String) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { RegularExpression.escaped(String($0)) }
        return "\"" + parts.joined(separator: #"\\?/"#) + "\""
    }

    /// The type and the code of ICMP share one field, type × 256 + code.
    private func icmp(_ name: String, _ comparison: Comparison) throws(FilterError) -> FlowFilter {
        guard case .equal = comparison.kind else { throw scanner.error("'\(name)' is compared by '=' or 'in'", at: comparison.place) }
        var values: [FilterValue] = []
        for token in comparison.values {
            guard let number = UInt64(text(token)), number < 256 else {
                throw scanner.error("\(token.name) is not a number from 0 to 255", at: token.place)
            }
            if name == "icmpType" {
                values.append(.range(number * 256...number * 256 + 255))
            } else {
                values += (0..<256).map { .number($0 * 256 + number) }
            }
        }
        return negated(.test(FilterTest(.field(.icmpTypeCode), .oneOf(values))), comparison)
    }
}
