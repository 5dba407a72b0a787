// SPDX-License-Identifier: Apache-2.0

import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import weir

/// What the real programs make of a store that was damaged while nobody had it open, or whose writer was killed.
@Suite struct DamagedStoreTests {
    private let cluster: Cluster

    init() throws { cluster = try Cluster() }

    private static let pageOctets = 8192

    /// Flows of the demonstration, in a store that was closed.
    private func fill() throws {
        let store = try OldStore("v3", at: cluster.store, doublings: 6)
        let child = try aggregator(store.path)
        _ = try #require(child.line(containing: " collecting ", within: .seconds(60)), "\(child.logText)")
        child.send(SIGTERM)
        #expect(child.wait(atMost: .seconds(10)) == 0, "\(child.logText)")
    }

    private func aggregator(_ store: String) throws -> ChildProcess {
        try cluster.start("weir-aggregator", ["--store", store, "--insecure", "--listen", "tcp://127.0.0.1:0"], log: "aggregator")
    }

    private func size(_ path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private func overwrite(_ path: String, at offset: Int, _ octets: [UInt8]) throws {
        let descriptor = unsafe open(path, O_WRONLY)
        let written = unsafe pwrite(descriptor, octets, octets.count, off_t(offset))
        try #require(written == octets.count)
        close(descriptor)
    }

    private func digest() throws -> String {
        try Program(path: "/bin/sh").run(["-c", "cat '\(cluster.store)' '\(cluster.store)-wal' 2>/dev/null | sha256sum"]).output
    }

    enum Damage: String, CaseIterable, Sendable { case page, pages, end, half }

    private func damage(_ damage: Damage) throws {
        let pages = size(cluster.store) / Self.pageOctets
        let noise = (0..<Self.pageOctets).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        switch damage {
        // The last pages are of intervals or sums.
        case .page: try overwrite(cluster.store, at: (pages - 2) * Self.pageOctets, noise)
        case .pages: for page in stride(from: 3, to: pages, by: 3) { try overwrite(cluster.store, at: page * Self.pageOctets, noise) }
        case .end: #expect(unsafe truncate(cluster.store, off_t((pages - 1) * Self.pageOctets)) == 0)
        case .half: #expect(unsafe truncate(cluster.store, off_t(pages / 2 * Self.pageOctets + 100)) == 0)
        }
    }

    @Test(
        "the aggregator says what is wrong and what to do, exits with 2 and writes nothing; check finds it and exits with 1",
        arguments: Damage.allCases)
    func damaged(kind: Damage) throws {
        try fill()
        try damage(kind)
        let before = try digest()
        let child = try aggregator(cluster.store)
        #expect(child.wait(atMost: .seconds(20)) == 2, "\(child.logText)")
        #expect(child.logText.contains("The flow store is damaged (") && child.logText.contains("weir export"), "\(child.logText)")
        #expect(try digest() == before)
        let flows = "\(cluster.folder)/flows.csv"
        _ = try Program(path: "/usr/bin/touch").run([flows])
        let imported = try Program.built("weir").run(["import", flows, "--store", cluster.store])
        #expect(imported.status == 2 && imported.errors.contains("The flow store is damaged ("), "\(imported)")
        #expect(try digest() == before)
        let check = try Program.built("weir").run(["store", "check", "--store", cluster.store, "-o", "json"])
        #expect(check.status == 1 && check.output.contains("\"isSound\":false"), "\(check)")
    }

    @Test("a store that is damaged while it is written is written no more: the aggregator says so and ends with 1, and the next refuses it")
    func damagedMeanwhile() throws {
        try fill()
        try cluster.startAggregator()
        let child = try #require(cluster.aggregator)
        try damage(.pages)
        try damage(.page)
        let exporter = try cluster.startExporter(of: "node1", to: cluster.endpoints[0])
        #expect(child.wait(atMost: .seconds(30)) == 1, "\(child.logText)")
        #expect(child.logText.contains("The flow store is damaged ("), "\(child.logText)")
        exporter.send(SIGKILL)
        _ = exporter.wait(atMost: .seconds(5))
        let before = try digest()
        let next = try aggregator(cluster.store)
        #expect(next.wait(atMost: .seconds(20)) == 2, "\(next.logText)")
        #expect(try digest() == before)
    }

    @Test(
        "octets of the log that a killed writer left are lost: the store opens with the batches before them, and says that it looked",
        arguments: [1, 2, 3] as [UInt64])
    func cutLog(seed: UInt64) throws {
        try cluster.startAggregator()
        let exporter = try cluster.startExporter(of: "node1", to: cluster.endpoints[0])
        try cluster.wait(for: 3, "SELECT count(*) FROM flows")
        try cluster.killAggregator()
        exporter.send(SIGKILL)
        _ = exporter.wait(atMost: .seconds(5))
        let log = cluster.store + "-wal"
        let octets = size(log)
        try #require(octets > 0)
        var generator = SeededGenerator(seed: seed)
        let place = Int(generator.next() % UInt64(octets))
        if seed % 2 == 0 { try overwrite(log, at: place, [0xA5, 0x5A, 0xA5]) } else { #expect(unsafe truncate(log, off_t(place)) == 0) }
        let child = try aggregator(cluster.store)
        // All of the log may be what was cut.
        let line = child.line(containing: " collecting ", within: .seconds(20))
        if line != nil {
            child.send(SIGTERM)
            #expect(child.wait(atMost: .seconds(10)) == 0, "\(child.logText)")
            #expect(try FlowStore.openForReading(path: cluster.store).check() == [], "seed \(seed)")
        } else {
            #expect(
                child.wait(atMost: .seconds(10)) == 2 && child.logText.contains("The flow store is damaged ("),
                "seed \(seed): \(child.logText)")
        }
    }
}
