// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// What `--by` says: dimensions side by side. It asks the store for fields, and folds the store's groups into its own.
struct Grouping: Sendable {
    /// As it was written.
    let name: String
    let dimensions: [GroupDimension]

    init(_ text: String) throws(ColumnList.Unknown) {
        name = text
        var dimensions: [GroupDimension] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { dimensions += try GroupDimension.named(String(part)) }
        self.dimensions = dimensions
    }

    init(name: String, dimensions: [GroupDimension]) {
        self.name = name
        self.dimensions = dimensions
    }

    var fields: [FlowField] { dimensions.flatMap(\.fields) }
    var columns: [String] { dimensions.flatMap(\.columns) }

    /// Whether a flow may count in two groups, as sent and as received.
    var isOfEitherEnd: Bool {
        dimensions.contains { if case .fixed = $0.ends { false } else { true } }
    }

    /// Whether octets are those that a group sent and received.
    var isDirected: Bool {
        dimensions.contains { if case .either = $0.ends { true } else { false } }
    }

    private var isFolded: Bool { isOfEitherEnd || dimensions.contains(where: \.isConverted) }

    /// A key's part of each dimension.
    func parts(of key: [ResultValue]) -> [(dimension: GroupDimension, values: [ResultValue])] {
        var rest = key[...]
        return dimensions.map { dimension in
            defer { rest = rest.dropFirst(dimension.columns.count) }
            return (dimension, Array(rest.prefix(dimension.columns.count)))
        }
    }

    func text(of key: [ResultValue], _ numbers: NumberStyle) -> [String] { parts(of: key).map { $0.dimension.text($0.values, numbers) } }
}

extension Grouping {
    /// The groups of a question in this grouping's own terms, ordered and cut as the question says; its fields are replaced.
    func answer(_ question: TopQuery, from source: any QuerySource) throws -> TopResult {
        let query = self.query(question)
        let result = try source.top(query)
        return isFolded ? folded(result, question) : result
    }

    /// What the store is asked.
    func query(_ question: TopQuery) -> TopQuery {
        var query = question
        query.fields = fields
        if isFolded { query.limit = nil }
        return query
    }

    private func folded(_ result: TopResult, _ question: TopQuery) -> TopResult {
        var order: [[ResultValue]] = []
        var traffic: [[ResultValue]: Traffic] = [:]
        func add(_ key: [ResultValue], _ part: Traffic) {
            if let sum = traffic[key] {
                traffic[key] = sum + part
            } else {
                order.append(key)
                traffic[key] = part
            }
        }
        for group in result.groups {
            let (source, destination) = keys(of: group.key)
            guard isOfEitherEnd, source.key != destination.key else {
                add(source.key, group.traffic)
                continue
            }
            if source.isKnown { add(source.key, group.traffic) }
            if destination.isKnown { add(destination.key, isDirected ? group.traffic.reversed : group.traffic) }
        }
        var groups = order.map { TopResult.Group(key: $0, traffic: traffic[$0] ?? Traffic()) }
        groups.sort(by: question.order)
        var folded = result
        folded.cut(groups, to: question.limit)
        return folded
    }

    /// The keys of a flow's two ends. An end is known if anything is known of it.
    private func keys(of raw: [ResultValue]) -> (
        source: (key: [ResultValue], isKnown: Bool), destination: (key: [ResultValue], isKnown: Bool)
    ) {
        var rest = raw[...]
        var source = (key: [ResultValue](), isKnown: false)
        var destination = source
        for dimension in dimensions {
            func next(_ count: Int) -> [ResultValue] {
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            switch dimension.ends {
            case .fixed(let fields):
                let values = dimension.convert(next(fields.count))
                source.key += values
                destination.key += values
            case .either(let fields, let others), .decided(let fields, let others):
                let (first, second) = (next(fields.count), next(others.count))
                source.key += dimension.convert(first)
                destination.key += dimension.convert(second)
                source.isKnown = source.isKnown || first.contains { $0 != .null }
                destination.isKnown = destination.isKnown || second.contains { $0 != .null }
            }
        }
        return (source, destination)
    }
}

extension [TopResult.Group] {
    /// Largest first, unknown last; where equal, in the order in which they were.
    mutating func sort(by order: TopQuery.Order) {
        let ranked = enumerated().map { (index: $0.offset, measure: $0.element.traffic.measure(order), group: $0.element) }
        self = ranked.sorted { a, b in
            a.measure == b.measure
                ? a.index < b.index : (a.measure ?? 0, a.measure != nil ? 1 : 0) > (b.measure ?? 0, b.measure != nil ? 1 : 0)
        }.map(\.group)
    }
}

extension TopResult {
    /// Names the first groups, and adds up the others.
    mutating func cut(_ all: [Group], to limit: Int?) {
        groups = Array(all.prefix(limit ?? .max))
        let rest = all.dropFirst(groups.count)
        others = rest.isEmpty ? nil : rest.reduce(Traffic()) { $0 + $1.traffic }
        otherGroupCount = rest.count
    }
}
