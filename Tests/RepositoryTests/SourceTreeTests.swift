// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("the tree is what the documents say")
struct SourceTreeTests {
    private static let middle = ["IPFIX", "FlowModel", "Metering", "Mediation"]
    private static let edges = ["OpenVSwitch", "Conntrack", "IPFIXTransport", "PacketCapture", "Kubernetes", "FlowStore"]

    private func imports(of path: String) throws -> Set<String> {
        Set(
            try RepositoryFiles.text(path).split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), position <= 1, position + 1 < words.count else { return nil }
                return String(words[position + 1])
            })
    }

    @Test("the middle imports nothing but the middle", arguments: middle)
    func middleIsPure(module: String) throws {
        let paths = RepositoryFiles.paths(below: "Sources/\(module)", ending: ".swift")
        #expect(!paths.isEmpty)
        for path in paths { #expect(try imports(of: path).isSubset(of: Self.middle), "\(path)") }
    }

    @Test("an edge imports no other edge", arguments: edges)
    func edgesStandAlone(module: String) throws {
        let others = Set(Self.edges).subtracting([module])
        for path in RepositoryFiles.paths(below: "Sources/\(module)", ending: ".swift") {
            #expect(try imports(of: path).isDisjoint(with: others), "\(path)")
        }
    }
}
