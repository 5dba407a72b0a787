// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Schemas
import Testing

@Suite("the field table, the registries and the documents agree")
struct InformationElementsTests {
    private static let files = Schemas.elementFiles

    @Test("the files of schemas/ipfix have no mistake and are all embedded")
    func filesAreRead() throws {
        let registry = try InformationElementRegistry.standard(files: Self.files)
        let counts = Dictionary(grouping: registry.all, by: \.id.enterprise).mapValues(\.count)
        #expect(counts == [.iana: 502, .antrea: 73, .vmware: 18])
        #expect(RepositoryFiles.paths(below: "schemas/ipfix", ending: ".csv") == Self.files.map { "schemas/ipfix/\($0.name)" }.sorted())
    }

    @Test("the files are in the order of their numbers, with a status and no comma too many")
    func filesAreTidy() {
        for file in Self.files {
            let lines = String(decoding: file.octets, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.first == "ElementID,Name,Abstract Data Type,Data Type Semantics,Units,Status,Description")
            let rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            #expect(rows.allSatisfy { $0.count == 7 && ["current", "deprecated"].contains($0[5]) }, "\(file.name)")
            let numbers = rows.compactMap { UInt16($0[0]) }
            #expect(numbers.count == rows.count)
            #expect(numbers == Set(numbers).sorted(), "\(file.name)")
        }
    }

    @Test("the elements named in code are those of the files, and all of Antrea's are named")
    func codeAndFilesAgree() throws {
        let registry = try InformationElementRegistry.standard(files: Self.files)
        let named = try Self.elementsNamedInCode()
        for element in named {
            let listed = try #require(registry[element.id], "\(element.name) is in no file")
            #expect(listed.name == element.name)
            #expect(listed.type == element.type, "\(element.name)")
        }
        #expect(Set(named.filter { $0.id.enterprise == .antrea }.map(\.id.number)) == Set(100...172))
    }

    @Test("every element of the field table is in its registry, with the same name and type")
    func elementsAreRegistered() throws {
        let registry = try InformationElementRegistry.standard(files: Self.files)
        for element in FlowSchema.fields.flatMap(\.elements.all) {
            let listed = try #require(registry[element.id], "\(element.name) is in no file")
            #expect(listed.name == element.name)
            #expect(listed.type == element.type, "\(element.name)")
        }
    }

    /// Every line such as `static let octetDeltaCount = iana(1, "octetDeltaCount", .unsigned64)`, whose two names must agree.
    private static func elementsNamedInCode() throws -> [InformationElement] {
        var elements: [InformationElement] = []
        for (file, enterprise) in [("IANA", EnterpriseNumber.iana), ("Antrea", .antrea)] {
            let text = try RepositoryFiles.text("Sources/IPFIX/InformationModel/InformationElement+\(file).swift")
            for line in text.split(separator: "\n") {
                guard let match = line.firstMatch(of: /public static let (\w+) = \w+\((\d+), "(\w+)", \.(\w+)\)/) else { continue }
                #expect(match.1 == match.3)
                let number = try #require(UInt16(match.2)), type = try #require(DataType(rawValue: String(match.4)))
                let id = InformationElement.ID(enterprise: enterprise, number: number)
                elements.append(InformationElement(id: id, name: String(match.3), type: type))
            }
        }
        #expect(elements.count > 90)
        return elements
    }

    @Test("a field has its element's name; those of two families share it without the version")
    func fieldsAreNamedAsTheirElements() {
        for definition in FlowSchema.fields {
            switch definition.elements {
            case .one(let element): #expect(definition.name == element.name)
            case .byFamily(let v4, let v6):
                #expect(v4.name.replacingVersion("4") == v6.name.replacingVersion("6"))
                #expect(definition.name == v4.name.replacingVersion("4") || definition.name + "IPv4" == v4.name)
            case .none: #expect(definition.owner == .mediator)
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
