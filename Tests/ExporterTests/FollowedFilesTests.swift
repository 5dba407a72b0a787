// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import IPFIX
import Logging
import Metering
import Testing

@testable import weir_exporter

@Suite struct FollowedFilesTests {
    private let folder: Folder
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws { folder = try Folder() }

    private func rules(_ policy: String) -> String {
        "rules:\n  - {id: 7, name: \(policy), type: AntreaNetworkPolicy, direction: ingress}\n"
    }

    /// The policy that a connection beginning at a time is said to be of.
    private func policy(at second: Int64, _ process: inout MeteringProcess) -> String? {
        let now = Timestamp.sample + .seconds(second)
        var connection = Connection.sample(UInt16(second + 1), start: now)
        connection.label = Connection.Label(low: 7)
        process.observe(Poll(time: now, connections: [connection]))
        var records: [FlowRecord] = []
        process.snapshot(into: &records)
        let names = records.filter { $0[unsigned: .sourceTransportPort] == UInt64(second + 1) }
            .compactMap { $0[name: .ingressNetworkPolicyName] }
        return names.first.map { process.names.text(of: $0) }
    }

    @Test("a file that is replaced is read again, a bad one is not taken, and one that is gone stays as it was")
    func follows() throws {
        let path = try folder.write("rules.yaml", rules("first"))
        var files = try FollowedFiles(rules: path, pods: nil, services: nil)
        var process = MeteringProcess(.everything, seed: 1)
        files.readFirst(into: &process, at: .sample)
        #expect(policy(at: 1, &process) == "first")
        try folder.write("rules.yaml", rules("second"))
        files.followChanges(into: &process, at: .sample + .seconds(10), logger)
        #expect(policy(at: 11, &process) == "second")
        try folder.write("rules.yaml", "rules: [{id: 7, name: third}]\n")
        files.followChanges(into: &process, at: .sample + .seconds(20), logger)
        #expect(policy(at: 21, &process) == "second")
        unsafe unlink(path)
        files.followChanges(into: &process, at: .sample + .seconds(30), logger)
        #expect(policy(at: 31, &process) == "second")
        try folder.write("rules.yaml", rules("fourth"))
        files.followChanges(into: &process, at: .sample + .seconds(40), logger)
        #expect(policy(at: 41, &process) == "fourth")
    }

    @Test("files are looked at every two seconds, however often they are asked about")
    func interval() throws {
        let path = try folder.write("rules.yaml", rules("first"))
        var files = try FollowedFiles(rules: path, pods: nil, services: nil)
        var process = MeteringProcess(.everything, seed: 1)
        files.followChanges(into: &process, at: .sample, logger)
        try folder.write("rules.yaml", rules("second"))
        files.followChanges(into: &process, at: .sample + .seconds(1), logger)
        #expect(policy(at: 1, &process) == nil)
        files.followChanges(into: &process, at: .sample + .seconds(2), logger)
        #expect(policy(at: 2, &process) == "second")
    }

    @Test("a file that is wrong at the start is told")
    func wrongAtStart() throws {
        let path = try folder.write("pods.yaml", "pods: 7\n")
        #expect(throws: (any Error).self) { try FollowedFiles(rules: nil, pods: path, services: nil) }
        #expect(throws: (any Error).self) { try FollowedFiles(rules: nil, pods: nil, services: "/nowhere/services.yaml") }
    }
}
