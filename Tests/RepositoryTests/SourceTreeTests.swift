// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("the tree is what the documents say")
struct SourceTreeTests {
    private static let middle = ["IPFIX", "FlowModel", "Metering", "Mediation"]
    private static let edges = ["OpenVSwitch", "Conntrack", "IPFIXTransport", "Kubernetes", "FlowStore"]

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

    @Test("every source file says its licence", arguments: ["Sources", "Tests", "schemas", "ci"])
    func filesAreLicensed(folder: String) throws {
        for suffix in [".swift", ".sql", ".py", ".c", ".h"] {
            for path in RepositoryFiles.paths(below: folder, ending: suffix) {
                #expect(try RepositoryFiles.text(path).prefix(200).contains("SPDX-License-Identifier: Apache-2.0"), "\(path)")
            }
        }
    }

    @Test("relative links of the documents lead to files that are there")
    func linksResolve() throws {
        let all = Set(RepositoryFiles.paths(below: "", ending: ""))
        for path in all where path.hasSuffix(".md") {
            let folder = path.split(separator: "/").dropLast().map(String.init)
            for target in links(in: try RepositoryFiles.text(path)) {
                let resolved = resolve(target, from: folder)
                #expect(all.contains(resolved) || all.contains { $0.hasPrefix(resolved + "/") }, "\(path): \(target)")
            }
        }
    }

    private func links(in text: String) -> [String] {
        text.split(separator: "](").dropFirst().compactMap { rest in
            guard let target = rest.split(separator: ")", maxSplits: 1).first.map(String.init) else { return nil }
            let path = target.split(separator: "#", omittingEmptySubsequences: false)[0]
            return target.contains("://") || path.isEmpty ? nil : String(path)
        }
    }

    private func resolve(_ target: String, from folder: [String]) -> String {
        var parts = folder
        for part in target.split(separator: "/") {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
