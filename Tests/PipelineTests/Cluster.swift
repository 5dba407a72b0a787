// SPDX-License-Identifier: Apache-2.0

import FlowStore
import FlowTesting
import Glibc
import Testing

@testable import weir

/// The real programs on loopback: an aggregator on a new store, and exporters that replay the demonstration's recordings.
final class Cluster {
    let folder: String
    private(set) var aggregator: ChildProcess?
    private(set) var endpoints: [String] = []

    var store: String { "\(folder)/flows.db" }
    static let recordings = "\(repository)/Sources/weir/Demo"
    static let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    init() throws {
        var template = Array("/tmp/weir pipeline-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Program.Failure(what: "no temporary folder", code: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        aggregator?.send(SIGKILL)
        _ = try? Program(path: "/bin/rm").run(["-rf", folder])
    }

    func startAggregator(_ arguments: [String] = [], listening: [String] = ["tcp://127.0.0.1:0", "udp://127.0.0.1:0"]) throws {
        let child = try start(
            "weir-aggregator",
            ["--store", store, "--objects", "\(Self.recordings)/objects.json", "--insecure"] + listening.flatMap { ["--listen", $0] }
                + arguments,
            log: "aggregator")
        let line = try #require(child.line(containing: " collecting ", within: .seconds(20)), "\(child.logText)")
        endpoints = line.split { " =\"".contains($0) }.filter { $0.contains("://") }.map(String.init)
        aggregator = child
    }

    /// - Returns: the aggregator's exit status.
    func stopAggregator() throws -> Int32? {
        let child = try #require(aggregator)
        child.send(SIGTERM)
        let status = child.wait(atMost: .seconds(8))
        aggregator = nil
        return status
    }

    func killAggregator() throws {
        let child = try #require(aggregator)
        child.send(SIGKILL)
        #expect(child.wait(atMost: .seconds(8)) == 128 + SIGKILL)
        aggregator = nil
    }

    /// Asks until the first column of the first row is at least so much.
    func wait(for least: Int64, _ sql: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for _ in 0..<200 {
            if try count(sql) >= least { return }
            usleep(50_000)
        }
        Issue.record("not within ten seconds: \(sql)", sourceLocation: sourceLocation)
    }

    func startExporter(of node: String, to endpoint: String, _ arguments: [String] = []) throws -> ChildProcess {
        try start(
            "weir-exporter",
            [
                "--source", "replay:\(Self.recordings)/\(node)", "--node-name", node, "--rules", "\(Self.recordings)/rules.yaml",
                "--collector", endpoint, "--insecure",
            ] + arguments, log: node)
    }

    func start(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess {
        try ChildProcess(Program.built(program).path, arguments, log: "\(folder)/\(log).log")
    }

    /// The first column of the first row.
    func value(_ sql: String) throws -> ResultValue {
        let rows = try FlowStore.openForReading(path: store).userConnection().rows(of: sql).rows
        return try #require(rows.first?.first)
    }

    /// What the aggregator counted last of itself.
    func counter(_ name: String) throws -> Int64 {
        try count("SELECT value FROM statistics WHERE exporter = 'aggregator' AND name = '\(name)' ORDER BY minute DESC LIMIT 1")
    }

    func count(_ sql: String) throws -> Int64 { try #require(try value(sql).integer) }
}
