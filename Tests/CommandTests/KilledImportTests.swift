// SPDX-License-Identifier: Apache-2.0

import FlowStore
import FlowTesting
import IPFIX
import Testing

@testable import weir

/// A program that writes a store is killed again and again, at any point.
@Suite struct KilledImportTests {
    private let files = DecodeFiles()
    private static let count = 12_000
    private static let octets = UInt64(count) * UInt64(count - 1) / 2

    /// Flows of a minute or so, of which each has a size of its own.
    private static let flows: [UInt8] = {
        let elements: [(UInt16, UInt16)] = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8)]
        var octets = Wire.message(
            Wire.set(2, Wire.octets(UInt16(256), UInt16(elements.count)) + elements.flatMap { Wire.octets($0.0, $0.1) }))
        for first in stride(from: 0, to: count, by: 30) {
            let records = (first..<min(first + 30, count)).flatMap { index in
                let end = 1_700_000_000_000 + UInt64(index) * 7
                return Wire.octets(
                    0x0A00_0000 + UInt32(index % 500), 0x0A01_0000 + UInt32(index % 70), UInt16(1024 + index % 50_000), UInt16(443),
                    UInt8(6))
                    + Wire.octets(UInt64(index), UInt64(1), end - 500, end)
            }
            octets += Wire.message(Wire.set(256, records), sequenceNumber: UInt32(first))
        }
        return octets
    }()

    private struct Content: Equatable {
        var intervals: Int64 = 0
        var octets: Int64 = 0
    }

    private func content(_ store: String) throws -> Content {
        let table = try FlowStore.openForReading(path: store).userConnection()
            .rows(of: "SELECT count(*), CAST(total(octetDeltaCount) AS INTEGER) FROM flows")
        return Content(intervals: table.rows[0][0].integer ?? 0, octets: table.rows[0][1].integer ?? 0)
    }

    @Test(
        "kill -9 at any point leaves a sound store with whole batches, and what comes next goes on from there",
        arguments: [1, 2] as [UInt64])
    func killed(seed: UInt64) throws {
        let store = files.store()
        files.write(Self.flows, to: "flows.ipfix")
        let arguments = ["import", "flows.ipfix", "--store", store]
        let weir = try Program.built("weir")
        var generator = SeededGenerator(seed: seed)
        var (kills, last) = (0, Content())
        for _ in 0..<12 {
            let delay = Double(40 + generator.next() % 400) / 1000
            let outcome = try Program(path: "/usr/bin/timeout")
                .run(["--signal=KILL", "\(delay)", weir.path] + arguments, environment: ["TZ": "UTC"], in: files.folder)
            guard outcome.status == 137 else { break }
            kills += 1
            guard let reader = try? FlowStore.openForReading(path: store) else { continue }
            // All that a batch brought is there, its sums and how far the file was read, or nothing of it.
            #expect(try reader.check() == [], "seed \(seed), kill \(kills)")
            let now = try content(store)
            #expect(now.intervals >= last.intervals && now.octets == now.intervals * (now.intervals - 1) / 2, "seed \(seed), \(now)")
            last = now
        }
        #expect(kills > 0, "seed \(seed)")
        let outcome = try weir.run(arguments, environment: ["TZ": "UTC"], in: files.folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try content(store) == Content(intervals: Int64(Self.count), octets: Int64(Self.octets)), "seed \(seed)")
        #expect(try FlowStore.openForReading(path: store).check() == [])
    }
}
