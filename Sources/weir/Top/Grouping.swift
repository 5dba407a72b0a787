// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// What `--by` says: dimensions side by side.
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

    var columns: [String] { dimensions.flatMap(\.columns) }

    /// Whether octets are those that a group sent and received.
    var isDirected: Bool { dimensions.contains(where: \.isDirected) }

    private var parts: [GroupKey.Part] { dimensions.flatMap(\.parts) }

    /// Whether the store can group by so much.
    var isTooLong: Bool { parts.count > GroupKey.maximumParts }

    /// Of a grouping that is not too long.
    var key: GroupKey { GroupKey(parts, isTurned: isDirected) }

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

extension TopQuery {
    /// The same question of other groups.
    func grouped(by grouping: Grouping) -> TopQuery {
        var query = self
        query.key = grouping.key
        return query
    }
}
