// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Mediation
import Testing

@testable import Kubernetes

/// Answers of a real API server, and what is no answer.
@Suite struct AnswerReaderTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func lines(_ name: String) throws -> [[UInt8]] {
        try Fixture.octets("kubernetes/\(name)").split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    @Test("a list of a real server: pods with addresses of both families, times, labels and their node")
    func pods() throws {
        var reader = AnswerReader(kind: .pods)
        let answer = reader.page(try Fixture.octets("kubernetes/list-pods.json"), at: now)
        let (page, objects) = try #require(answer)
        #expect(page == ListWatch.Page(resourceVersion: "94", continueToken: nil))
        #expect(objects.pods.count == 6 && reader.skipped == 0)
        let client = try #require(objects.pods.first)
        #expect(client.name == "client-1" && client.namespace == "lab" && client.nodeName == "node1")
        #expect(client.labels == #"{"app":"client"}"# && client.uid == "48e5a960-4f9c-4dd7-9ade-65fc0c752ad9")
        #expect(client.addresses == [IPAddress("10.10.1.2"), IPAddress("fd10:10:1::2")] && client.ended == nil)
    }

    @Test("nodes and Services of a real server")
    func otherKinds() throws {
        var nodes = AnswerReader(kind: .nodes), services = AnswerReader(kind: .services)
        let nodePage = nodes.page(try Fixture.octets("kubernetes/list-nodes.json"), at: now)
        let listed = try #require(nodePage).objects.nodes
        #expect(listed.map(\.name) == ["node1", "node2"] && listed.allSatisfy { !$0.addresses.isEmpty })
        let servicePage = services.page(try Fixture.octets("kubernetes/list-services.json"), at: now)
        let service = try #require(servicePage?.objects.services.first { $0.name == "web" })
        #expect(service.addresses.map(\.family) == [.v4, .v6])
        #expect(service.ports.map(service.portName) == ["lab/web:http"])
    }

    @Test("a page in the middle says how to go on")
    func pages() throws {
        var reader = AnswerReader(kind: .pods)
        let answer = reader.page(try Fixture.octets("kubernetes/list-pods-page1.json"), at: now)
        let first = try #require(answer)
        #expect(first.objects.pods.count == 2 && first.page.continueToken?.isEmpty == false && first.page.resourceVersion != nil)
    }

    @Test("a pod's life on a watch: added, changed, deleted, with bookmarks between")
    func events() throws {
        var reader = AnswerReader(kind: .pods)
        var told: [String] = []
        var versions: [String?] = []
        for line in try lines("watch-pods-changes.jsonl") {
            let event = reader.event(line, at: now)
            switch try #require(event) {
            case .changes(let changes, _, let version):
                versions.append(version)
                for change in changes {
                    switch change {
                    case .objects(let objects, _): told += objects.pods.map { "is \($0.name)" }
                    case .removed(.pods, let namespace, let name, _): told.append("gone \(namespace)/\(name)")
                    default: told.append("?")
                    }
                }
            case .bookmark(let version): versions.append(version)
            default: told.append("?")
            }
        }
        #expect(told.filter { $0.hasPrefix("gone") }.count == 1 && !told.contains("?") && told.count >= 3, "\(told)")
        #expect(versions.count == 7 && !versions.contains(nil))
    }

    @Test("an expired watch is an error in good order, and so is an expired list")
    func expired() throws {
        var reader = AnswerReader(kind: .pods)
        let line = try #require(try lines("watch-expired.jsonl").first)
        let event = reader.event(line, at: now)
        #expect(event == .error(code: 410, message: "too old resource version: 90 (132)"))
        let octets = try Fixture.octets("kubernetes/list-expired.json")
        let page = reader.page(octets, at: now)
        #expect(AnswerReader.message(octets).hasPrefix("The provided continue parameter is too old") && page == nil)
    }

    @Test(
        "what is no page is refused",
        arguments: [
            "", "{", "[]", "null", "{}", #"{"kind":"NodeList","items":[]}"#, #"{"kind":"Pod"}"#, #"{"kind":"PodList","items":[]} {}"#,
            #"{"kind":"PodList","items":["#,
        ])
    func notAPage(text: String) {
        var reader = AnswerReader(kind: .pods)
        let page = reader.page(Array(text.utf8), at: now)
        #expect(page == nil)
    }

    @Test("objects of a page that are none are counted, and the others used")
    func skipped() throws {
        var reader = AnswerReader(kind: .pods)
        let text = """
            {"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[7,null,{"kind":"Secret"},{"status":{"podIP":"10.0.0.1"}},
             {"metadata":{"name":"a","namespace":"b"},"status":{"podIP":"10.0.0.1","podIPs":"x","conditions":{}},"spec":[]},
             {"metadata":{"name":"c","namespace":"b"},"status":{"podIP":"not an address"}}]}
            """
        let answer = reader.page(Array(text.utf8), at: now)
        let (_, objects) = try #require(answer)
        #expect(objects.pods.map(\.name) == ["a"] && objects.pods[0].addresses == [IPAddress("10.0.0.1")] && reader.skipped == 2)
    }

    @Test(
        "what is no event is refused; one of an unknown type is passed over",
        arguments: ["", "{}", #"{"type":"ADDED"}"#, #"{"object":{}}"#, "[", "7"])
    func notAnEvent(text: String) {
        var reader = AnswerReader(kind: .pods)
        let event = reader.event(Array(text.utf8), at: now)
        let unknown = reader.event(Array(#"{"type":"PROGRESS","object":{}}"#.utf8), at: now)
        #expect(event == nil && unknown == .unknown)
    }

    @Test("what is asked for is percent-encoded")
    func targets() {
        let place = "a+b/c=&x"
        let list = ListWatch.Request.list(limit: 500, continueToken: place)
        #expect(list.target(.pods, below: "/prefix") == "/prefix/api/v1/pods?limit=500&continue=a%2Bb%2Fc%3D%26x")
        let watch = ListWatch.Request.watch(resourceVersion: "94", seconds: 300)
        #expect(
            watch.target(.nodes, below: "") == "/api/v1/nodes?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=94")
    }
}
