// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import GRDB
import IPFIX
import Testing

@testable import FlowStore

/// A period with more sums than a transaction writes.
@Suite struct RollupClosingTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start = Timestamp(seconds: 1_700_000_400)
    private static let connections: Int64 = 2500

    /// Connections of as many conversations, told apart by their ports.
    private struct Flows: ~Copyable {
        var generator: SeededGenerator
        var ends: [Int64: Timestamp] = [:]
        var labelled: Set<Int64> = []
        var names = NameTable(seed: 1)

        mutating func below(_ bound: Int64) -> Int64 { Int64(generator.next() % UInt64(bound)) }

        /// - Parameter isLabelled: whether its conversation becomes another.
        mutating func interval(_ connection: Int64, end: Timestamp, isLabelled: Bool = false) -> FlowInterval {
            if isLabelled { labelled.insert(connection) }
            let previous = ends.updateValue(end, forKey: connection)
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = end
            record[unsigned: .destinationTransportPort] = UInt64(connection)
            record[name: .sourcePodLabels] = labelled.contains(connection) ? names.id(of: "{}") : nil
            if below(5) > 0 { record[unsigned: .octetDeltaCount] = UInt64(below(100_000)) }
            return FlowInterval(
                connection: connection, record: record, isConnectionChanged: previous == nil || isLabelled, previousEnd: previous)
        }
    }

    @Test(
        "Property: answers are exact while sums are written over many transactions, and after a program that ended between two",
        arguments: [1, 2] as [UInt64])
    func piecewise(seed: UInt64) throws {
        var flows = Flows(generator: SeededGenerator(seed: seed))
        var writer: FlowWriter? = try FlowStore.openForWriting(path: path)
        var batch = StoreBatch()
        batch.names = [StoreBatch.NewName(id: flows.names.id(of: "{}"), text: "{}")]
        for connection in 1...Self.connections {
            batch.intervals.append(flows.interval(connection, end: start + .seconds(connection % 60)))
        }
        try writer?.write(batch)
        var states: Set<Int64> = []
        for step in 0..<24 as Range<Int64> {
            // Each step half a minute later: what goes on, what comes late for the first minute, and what changes its conversation.
            let now = start + .seconds(90 + 30 * step)
            var batch = StoreBatch()
            for _ in 0..<20 {
                batch.intervals.append(flows.interval(1 + flows.below(Self.connections), end: now, isLabelled: flows.below(3) == 0))
            }
            for late in 0..<3 as Range<Int64> {
                batch.intervals.append(flows.interval(10_000 + 3 * step + late, end: start + .seconds(flows.below(60))))
            }
            if step % 5 == 4 {
                // What it was writing is not remembered.
                writer = nil
                writer = try FlowStore.openForWriting(path: path)
                batch.names = [StoreBatch.NewName(id: flows.names.id(of: "{}"), text: "{}")]
            }
            try writer?.write(batch)
            let reader = try FlowStore.openForReading(path: path)
            states.insert(try completeMinute())
            let from = [start, start + .seconds(7), start + .seconds(61 + flows.below(400))][Int(flows.below(3))]
            if from < now {
                var query = TopQuery(
                    fields: [.destinationTransportPort, .sourcePodLabels], range: TimeRange(from: from, to: now + .seconds(1)))
                let answer = try reader.top(query)
                query.coarsestAllowed = .flows
                let exact = try reader.top(query)
                #expect(answer.totals == exact.totals, "seed \(seed), step \(step), from \(from)")
                #expect(
                    answer.groups.map(\.key) == exact.groups.map(\.key) && answer.groups.map(\.traffic) == exact.groups.map(\.traffic),
                    "seed \(seed), step \(step), from \(from)")
            }
            if step % 6 == 5 { #expect(try reader.check() == [], "seed \(seed), step \(step)") }
        }
        // Its first minute was over and not written.
        #expect(states.contains(start.seconds / 60) && states.count > 5)
    }

    private func completeMinute() throws -> Int64 {
        try FlowStore.openForReading(path: path).queue.read {
            try Int64.fetchOne($0, sql: "SELECT complete FROM resolution WHERE name = '1m'") ?? 0
        }
    }

    @Test("a transaction writes some of the sums of a minute that is over, and readers see them when all are written")
    func someAtATime() throws {
        var flows = Flows(generator: SeededGenerator(seed: 3))
        let writer = try FlowStore.openForWriting(path: path)
        var batch = StoreBatch()
        for connection in 1...Self.connections { batch.intervals.append(flows.interval(connection, end: start)) }
        try writer.write(batch)
        var written: [Int64] = []
        for step in 0..<4 as Range<Int64> {
            batch.intervals = [flows.interval(20_000 + step, end: start + .seconds(120))]
            try writer.write(batch)
            written.append(try writer.queue.read { try Int64.fetchOne($0, sql: "SELECT count(*) FROM rollup_1m") ?? 0 })
            #expect(try completeMinute() == start.seconds / 60 + (step < 2 ? -1 : 1))
        }
        #expect(written == [1000, 2000, Self.connections, Self.connections])
    }
}
