// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import IPFIX
import Testing

/// Seeds of the simulation with a real store beside the simulated one, from which the aggregator goes on after a crash: SQL answers what the judge
/// found right.
@Suite struct StoredSimulationTests {
    @Test("what SQL says of a simulated cluster is what was judged", arguments: 1...50 as ClosedRange<UInt64>)
    func stored(seed: UInt64) throws {
        let store = try SimulationStore()
        let outcome = Simulation.run(Scenario(seed: seed), realStore: store)
        #expect(store.failure == nil && outcome.problems.isEmpty, "seed \(seed)")
        let expected = outcome.stored.filter { $0.intervals > 0 }
        try compareConnections(expected, store)
        try compareMinutes(expected, store)
        try compareDenied(expected, store)
    }

    @Test("among those seeds are crashes that are continued from the file")
    func crashes() throws {
        let store = try SimulationStore()
        var seed: UInt64 = 1
        while store.restarts == 0, seed <= 50 {
            _ = Simulation.run(Scenario(seed: seed), realStore: store)
            seed += 1
        }
        #expect(store.restarts > 0)
    }

    /// Every column of the view: facts of the last interval, sums and totals of all.
    private func compareConnections(_ expected: [Simulation.StoredConnection], _ store: SimulationStore) throws {
        let facts = FlowSchema.fields.filter { $0.storage == .connection || $0.storage == .conversation }.map(\.field)
        let totals = FlowCounter.allCases.map { $0.total(.common) }, deltas = FlowCounter.allCases.map { $0.delta(.common) }
        let columns = (facts + totals + deltas).map { FlowSchema.name(of: $0) }.joined(separator: ", ")
        let rows = try store.rows("SELECT connection, intervals, flowEndMilliseconds, \(columns) FROM connections ORDER BY connection")
        #expect(rows.count == expected.count)
        for (row, one) in zip(rows, expected) {
            #expect(row[0] == .integer(one.connection) && row[1] == .integer(Int64(one.intervals)))
            #expect(row[2] == one.value(of: .flowEndMilliseconds))
            for (value, field) in zip(row.dropFirst(3), facts + totals) {
                #expect(value == one.value(of: field), "\(FlowSchema.name(of: field)) of connection \(one.connection)")
            }
            for (value, field) in zip(row.suffix(deltas.count), deltas) {
                #expect(value == one.sums[field].map { .integer(Int64($0)) } ?? .null, "\(FlowSchema.name(of: field)) of \(one.connection)")
            }
        }
    }

    /// The sums by minute add up to those of all connections.
    private func compareMinutes(_ expected: [Simulation.StoredConnection], _ store: SimulationStore) throws {
        for field in FlowCounter.allCases.map({ $0.delta(.common) }) {
            let sum = expected.compactMap { $0.sums[field] }.reduce(0, +)
            let name = FlowSchema.name(of: field)
            #expect(try store.rows("SELECT coalesce(sum(\(name)), 0) FROM flows_1m") == [[.integer(Int64(sum))]], "\(name)")
        }
    }

    private func compareDenied(_ expected: [Simulation.StoredConnection], _ store: SimulationStore) throws {
        let denied = expected.filter { one in
            [FlowField.ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction].contains { one.latest[unsigned: $0] ?? 0 > 1 }
        }
        let rows = try store.rows("SELECT DISTINCT connection FROM denied ORDER BY connection")
        #expect(rows == denied.map { [.integer($0.connection)] })
    }
}

extension Simulation.StoredConnection {
    /// As the view has it.
    fileprivate func value(of field: FlowField) -> ResultValue {
        guard latest.isKnown(field) else { return .null }
        switch FlowSchema.definition(of: field).kind {
        case .name: return texts[field].map { .text($0) } ?? .null
        case .unsigned: return latest[unsigned: field].map { .integer(Int64(clamping: $0)) } ?? .null
        case .time: return latest[time: field].map { .integer($0.milliseconds) } ?? .null
        case .address: return latest[address: field].map { .text("\($0)") } ?? .null
        case .uuid: return .null
        }
    }
}
