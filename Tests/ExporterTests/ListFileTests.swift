// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowTesting
import IPFIX
import Metering
import Testing
import Yams

@testable import weir_exporter

@Suite struct ListFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test("a rule map is read, as YAML and as JSON")
    func rules() throws {
        let expected = PolicyRule(policy: "web", namespace: "shop", type: .antreaNetworkPolicy, name: "in", direction: .ingress)
        let yaml = try folder.write(
            "rules.yaml",
            "rules:\n  - {id: 7, name: web, namespace: shop, type: AntreaNetworkPolicy, rule: in, direction: ingress, action: allow}\n")
        let json = try folder.write(
            "rules.json",
            #"{"rules": [{"id": 7, "name": "web", "namespace": "shop", "type": "AntreaNetworkPolicy", "rule": "in", "direction": "ingress"}]}"#
        )
        #expect(try RulesFile.read(yaml) == [7: expected] && RulesFile.read(json) == [7: expected])
    }

    @Test("pods and Services are read")
    func podsAndServices() throws {
        let pods = try folder.write("pods.yaml", "pods:\n  - {name: a, namespace: n, addresses: [10.10.1.2, \"fd00::2\"]}\n")
        let services = try folder.write(
            "services.yaml", "services:\n  - {name: \"n/a:http\", addresses: [10.96.0.10, 192.0.2.1], port: 80, protocol: udp}\n")
        #expect(try PodsFile.read(pods).map(\.addresses.count) == [2])
        let read = try ServicesFile.read(services)
        #expect(read.count == 2 && Set(read.values) == ["n/a:http"])
        #expect(read.keys.allSatisfy { $0.port == 80 && $0.protocolIdentifier == 17 })
    }

    @Test("every problem is told, with its line and what to write")
    func problems() throws {
        let path = try folder.write(
            "rules.yaml",
            """
            rules:
              - {id: 0, name: web, type: AntreaNetworkPolicy, direction: ingress}
              - {id: 1, name: "", type: Policy, direction: in}
              - {id: 2, name: web, type: AntreaNetworkPolicy, direction: egress, namspace: shop}
              - web

            """)
        let problems = #expect(throws: ConfigurationProblems.self) { try RulesFile.read(path) }?.problems ?? []
        #expect(problems.map(\.line) == [2, 3, 3, 3, 4, 5, 5, 5, 5, 5])
        #expect(problems.map(\.key).prefix(5) == ["id", "name", "type", "direction", "namspace"])
        #expect(problems.dropFirst(4).first?.remedy == "did you mean 'namespace'?")
    }

    @Test("a file without its list, or that is none of its kind, says so", arguments: ["", "pods: 3\n", "a: [\n", "\u{1}"])
    func noList(text: String) throws {
        let path = try folder.write("pods.yaml", text)
        #expect(throws: ConfigurationProblems.self) { try PodsFile.read(path) }
    }

    @Test("schemas ask for the keys that are read", arguments: ["rules", "pods", "services"])
    func schemas(name: String) throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let schema = try Yams.compose(yaml: try ConfigurationText.read("\(root)/schemas/json/\(name).schema.json"))
        let item = try #require(schema?["properties"]?[name]?["items"])
        let properties = item["properties"]?.mapping?.compactMap { $0.key.scalar?.string } ?? []
        let required = item["required"]?.sequence?.compactMap { $0.scalar?.string } ?? []
        // An entry with an unknown key is told which keys there are; one with no key, which are missing.
        let path = try folder.write("\(name).yaml", "\(name):\n  - {zzzzzzzz: 1}\n")
        let problems =
            #expect(throws: ConfigurationProblems.self) {
                switch name {
                case "rules": _ = try RulesFile.read(path)
                case "pods": _ = try PodsFile.read(path)
                default: _ = try ServicesFile.read(path)
                }
            }?.problems ?? []
        #expect(problems.compactMap(\.key).filter { $0 != "zzzzzzzz" }.sorted() == required.sorted())
        #expect(problems.last?.remedy == "the keys here are \(properties.sorted().joined(separator: ", "))")
    }
}
