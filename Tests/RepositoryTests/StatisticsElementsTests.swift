// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite("the tables of statistics and the documents agree")
struct StatisticsElementsTests {
    private static let path = "docs/information-elements.md"

    @Test("docs/information-elements.md lists every field of every kind of statistics, and every named counter")
    func documentIsCurrent() throws {
        let text = try RepositoryFiles.text(Self.path)
        let withCounters = try #require(Self.replacing("counters", in: text, with: Self.counters))
        let current = try #require(Self.replacing("statistics", in: withCounters, with: Self.tables))
        if RepositoryFiles.isToUpdateDocuments { try RepositoryFiles.write(current, to: Self.path) }
        #expect(
            text == current || RepositoryFiles.isToUpdateDocuments,
            "\(Self.path) is stale; run: WEIR_UPDATE_DOCS=1 swift test --filter StatisticsElementsTests")
    }

    private static func replacing(_ part: String, in text: String, with content: String) -> String? {
        let begin = "<!-- \(part): begin -->\n", end = "<!-- \(part): end -->"
        let parts = text.split(separator: begin, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let rest = parts[1].split(separator: end, maxSplits: 1, omittingEmptySubsequences: false)
        return rest.count == 2 ? String(parts[0]) + begin + content + end + String(rest[1]) : nil
    }

    private static var counters: String {
        let rows = NodeCounter.allCases.map { "| `\($0.rawValue)` | \($0.isGauge ? "value" : "total") | \($0.summary) |\n" }
        return "| Counter | Kind | Meaning |\n|---|---|---|\n" + rows.joined()
    }

    private static var tables: String { StatisticsKind.allCases.map { "\n" + table(of: $0) }.joined() }

    private static func table(of kind: StatisticsKind) -> String {
        let templates = StatisticsTemplate.all.filter { $0.kind == kind }
        var lines = [
            "### \(kind.title)", "", "| Field | Element | Type | In | Meaning |", "|---|---|---|---|---|",
        ]
        for definition in StatisticsSchema.fields(of: kind) {
            let number = "\(definition.element.id.enterprise.rawValue)/\(definition.element.id.number)"
            let ids = templates.filter { definition.group.map($0.groups.contains) ?? true }.map { "\($0.template.id)" }
            let place = ids.joined(separator: ", ") + (definition.role == .scope ? ", scope" : "")
            lines.append("| `\(definition.name)` | \(number) | \(definition.element.type.rawValue) | \(place) | \(definition.summary) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension StatisticsKind {
    fileprivate var title: String {
        switch self {
        case .policyRule: "Policy rules"
        case .port: "Ports"
        case .meteringProcess: "Metering Process Statistics"
        case .meteringProcessReliability: "Metering Process Reliability Statistics"
        case .exportingProcessReliability: "Exporting Process Reliability Statistics"
        case .nodeCounter: "Counters by name"
        }
    }
}
