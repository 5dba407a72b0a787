// SPDX-License-Identifier: Apache-2.0

import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import weir

/// The real aggregator brings a store of an earlier release up to date, is killed at any moment of it or told to stop, and comes again.
@Suite struct MigrationProgramTests {
    private let cluster: Cluster

    init() throws { cluster = try Cluster() }

    private func aggregator(_ store: String) throws -> ChildProcess {
        try cluster.start("weir-aggregator", ["--store", store, "--insecure", "--listen", "tcp://127.0.0.1:0"], log: "aggregator")
    }

    private func stop(_ child: ChildProcess) throws {
        _ = try #require(child.line(containing: " collecting ", within: .seconds(60)), "\(child.logText)")
        child.send(SIGTERM)
        #expect(child.wait(atMost: .seconds(10)) == 0, "\(child.logText)")
    }

    @Test(
        "killed at any moment it leaves a sound store, and what comes next has every row",
        arguments: [("v3", 1), ("v2", 2)] as [(String, UInt64)])
    func killed(fixture: String, seed: UInt64) throws {
        let store = try OldStore(fixture, at: cluster.store, doublings: 8)
        let before = try store.oldSums()
        var generator = SeededGenerator(seed: seed)
        var killed = 0
        for _ in 0..<6 {
            let child = try aggregator(store.path)
            usleep(UInt32(20_000 + generator.next() % 900_000))
            child.send(SIGKILL)
            let status = child.wait(atMost: .seconds(10))
            #expect(status == 128 + SIGKILL, "seed \(seed)")
            #expect(try store.integrity() == "ok\n", "seed \(seed), after \(killed) kills")
            killed += 1
        }
        try stop(aggregator(store.path))
        #expect(try store.sums() == before, "seed \(seed)")
        #expect(try store.integrity() == "ok\n")
        #expect(try FlowStore.openForReading(path: store.path).check() == [])
    }

    @Test("told to stop it says that it did, leaves the flows as they were, and does it all the next time", arguments: [SIGTERM, SIGINT])
    func toldToStop(signal: Int32) throws {
        let store = try OldStore("v3", at: cluster.store, doublings: 11)
        let before = try store.oldSums()
        let child = try aggregator(store.path)
        _ = try #require(child.line(containing: "bringing the store up to date", within: .seconds(30)), "\(child.logText)")
        child.send(signal)
        #expect(child.wait(atMost: .seconds(10)) == 2, "\(child.logText)")
        #expect(child.logText.contains("was stopped. Its flows are as they were"), "\(child.logText)")
        #expect(try store.integrity() == "ok\n")
        #expect(throws: StoreError.olderStore(path: store.path)) { try FlowStore.openForReading(path: store.path) }
        try stop(aggregator(store.path))
        #expect(try store.sums() == before)
    }

    @Test("every program refuses a store of a newer release by name of what it does not know, and leaves it as it is")
    func newer() throws {
        try cluster.startAggregator()
        #expect(try cluster.stopAggregator() == 0)
        let sqlite = try Program(path: "/usr/bin/sqlite3").run(
            [cluster.store, "INSERT INTO grdb_migrations VALUES ('v99-later'); PRAGMA wal_checkpoint(TRUNCATE)"])
        #expect(sqlite.status == 0)
        let before = try digest(cluster.store)
        let flows = "\(cluster.folder)/flows.csv"
        _ = try Program(path: "/usr/bin/touch").run([flows])
        for (program, arguments) in [
            ("weir-aggregator", ["--store", cluster.store, "--insecure", "--listen", "tcp://127.0.0.1:0"]),
            ("weir", ["import", flows, "--store", cluster.store]), ("weir", ["top", "--store", cluster.store]),
            ("weir", ["flows", "--store", cluster.store]), ("weir", ["exporters", "--store", cluster.store]),
            ("weir", ["sql", "SELECT 1", "--store", cluster.store]), ("weir", ["export", "--store", cluster.store]),
            ("weir", ["store", "info", "--store", cluster.store]), ("weir", ["store", "check", "--store", cluster.store]),
            ("weir", ["store", "backup", "\(cluster.folder)/copy.db", "--store", cluster.store]),
            ("weir", ["store", "compact", "--store", cluster.store]),
        ] {
            let outcome = try Program.built(program).run(arguments)
            #expect(outcome.status == 2 && outcome.output.isEmpty, "\(program) \(arguments): \(outcome)")
            #expect(outcome.errors.contains("made by a newer version (unknown here: v99-later)"), "\(program) \(arguments): \(outcome)")
        }
        #expect(try digest(cluster.store) == before)
    }

    private func digest(_ path: String) throws -> String { try Program(path: "/usr/bin/sha256sum").run([path]).output }
}
