// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Schemas
import Testing

@Suite("the field table, the registries and the documents agree")
struct InformationElementsTests {
    private struct Row: Hashable {
        let number: UInt16
        let name: String
        let type: String
    }

    private func rows(_ csv: String) -> Set<Row> {
        Set(
            csv.split(separator: "\n").dropFirst().compactMap { line in
                let columns = line.split(separator: ",", omittingEmptySubsequences: false)
                return UInt16(columns[0]).map { Row(number: $0, name: String(columns[1]), type: String(columns[2])) }
            })
    }

    private func row(_ element: InformationElement) -> Row {
        Row(number: element.id.number, name: element.name, type: element.type.rawValue)
    }

    @Test("every element of the field table is in its registry, with the same name and type")
    func elementsAreRegistered() {
        let iana = rows(Schemas.ianaElements), antrea = rows(Schemas.antreaElements)
        #expect(antrea.count == 73)
        for element in FlowSchema.fields.flatMap(\.elements.all) {
            switch element.id.enterprise {
            case .iana: #expect(iana.contains(row(element)), "\(element.name)")
            case .antrea: #expect(antrea.contains(row(element)), "\(element.name)")
            case .reverse:
                // RFC 5103 §6.1: the forward element's number, its name capitalised behind "reverse".
                let forward = iana.first { $0.number == element.id.number }
                #expect(forward.map { "reverse" + $0.name.prefix(1).uppercased() + $0.name.dropFirst() } == element.name)
            default: Issue.record("\(element.name) has a foreign enterprise number")
            }
        }
    }

    @Test("a field has its element's name; those of two families share it without the version")
    func fieldsAreNamedAsTheirElements() {
        for definition in FlowSchema.fields {
            switch definition.elements {
            case .one(let element): #expect(definition.name == element.name)
            case .byFamily(let v4, let v6):
                #expect(v4.name.replacingVersion("4") == v6.name.replacingVersion("6"))
                #expect(definition.name == v4.name.replacingVersion("4") || definition.name + "IPv4" == v4.name)
            case .none: #expect(definition.field == .observation)
            }
        }
    }

    @Test("docs/information-elements.md lists every field")
    func documentIsCurrent() throws {
        let path = "docs/information-elements.md"
        let begin = "<!-- fields: begin -->\n", end = "<!-- fields: end -->"
        let text = try RepositoryFiles.text(path)
        let parts = text.split(separator: begin, maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let head = try #require(parts.first)
        let tail = try #require(parts.last?.split(separator: end, maxSplits: 1, omittingEmptySubsequences: false).last)
        let current = head + begin + Self.table + end + String(tail)
        if RepositoryFiles.isToUpdateDocuments { try RepositoryFiles.write(current, to: path) }
        #expect(
            text == current || RepositoryFiles.isToUpdateDocuments,
            "\(path) is stale; run: WEIR_UPDATE_DOCS=1 swift test --filter InformationElementsTests")
    }

    private static var table: String {
        var lines = ["| Field | Element | Type | Sent at | Meaning |", "|---|---|---|---|---|"]
        for definition in FlowSchema.fields {
            let elements = definition.elements.all
            let numbers = elements.map { "\($0.id.enterprise.rawValue)/\($0.id.number)" }.joined(separator: ", ")
            let types = elements.map(\.type.rawValue).joined(separator: ", ")
            let position = definition.exporterPosition.map(String.init) ?? "–"
            lines.append(
                "| `\(definition.name)` | \(numbers.isEmpty ? "–" : numbers) | \(types.isEmpty ? "–" : types) | \(position) | \(definition.summary) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    /// `sourceIPv4Address` and `destinationClusterIPv4` without their version.
    fileprivate func replacingVersion(_ version: String) -> String {
        var text = self
        if let range = text.range(of: "v\(version)") { text.removeSubrange(range) }
        return text
    }

    private func range(of part: String) -> Range<String.Index>? {
        indices.lazy.compactMap { start in self[start...].hasPrefix(part) ? start..<self.index(start, offsetBy: part.count) : nil }.first
    }
}
