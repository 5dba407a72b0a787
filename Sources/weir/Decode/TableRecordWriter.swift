// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Keeps the first records for a table a template.
struct TableRecordWriter: RecordWriter {
    private var groups: [Group] = []
    private var places: [Key: Int] = [:]
    private(set) var limit: RecordLimit

    private struct Key: Hashable {
        let session: SessionName
        let domain: UInt32
        let template: UInt16
        let columns: [DecodedColumn]
    }

    private struct Group {
        let title: String
        let columns: [DecodedColumn]
        var rows: [[String]] = []
        var isNumeric: [Bool]
    }

    init(limit: RecordLimit) {
        self.limit = limit
    }

    mutating func write(_ set: DecodedSet) {
        var place: Int?
        for record in set.records where limit.admits() {
            let group = place ?? self.place(of: set)
            place = group
            var row: [String] = []
            for (index, column) in set.columns.enumerated() {
                let values = set.values(of: column, in: record)
                if !values.allSatisfy(\.isNumber) { groups[group].isNumeric[index] = false }
                row.append(values.map(\.text).joined(separator: " "))
            }
            groups[group].rows.append(row)
        }
    }

    /// A table for each group; where one is wider than a line, its records one below another.
    func lines(width: Int?, format: OutputFormat, isColored: Bool) -> [String] {
        groups.enumerated().flatMap { index, group in
            (index > 0 ? [""] : []) + [format == .markdown ? "**\(group.title)**\n" : group.title]
                + lines(of: group, width: width, format: format, isColored: isColored)
        }
    }

    private func lines(of group: Group, width: Int?, format: OutputFormat, isColored: Bool) -> [String] {
        let table = TextTable(
            columns: group.columns.enumerated().map { .init(title: $1.name, alignment: group.isNumeric[$0] ? .right : .left) },
            rows: group.rows)
        if format == .markdown { return table.markdown }
        let lines = table.lines(width: nil, isColored: isColored)
        guard let width, lines.contains(where: { $0.count > width }) else { return lines }
        return blocks(of: group)
    }

    private func blocks(of group: Group) -> [String] {
        let width = group.columns.map(\.name.count).max() ?? 0
        return group.rows.enumerated().flatMap { index, row in
            (index > 0 ? ["  -"] : [])
                + zip(group.columns, row).map { column, text in
                    "  \(column.name)\(String(repeating: " ", count: width - column.name.count))  \(TerminalText.safe(text))"
                }
        }
    }

    private mutating func place(of set: DecodedSet) -> Int {
        let domain = set.origin.header.observationDomainID
        let key = Key(session: set.origin.session, domain: domain, template: set.template.id, columns: set.columns)
        if let place = places[key] { return place }
        let kind = set.template.isOptionsTemplate ? "options template" : "template"
        let scope = set.scope.isEmpty ? "" : ", scope \(set.scope.joined(separator: " "))"
        places[key] = groups.count
        groups.append(
            Group(
                title: "\(kind) \(set.template.id) of domain \(domain), \(set.origin.session)\(scope)", columns: set.columns,
                isNumeric: set.columns.map { _ in true }))
        return groups.count - 1
    }
}
