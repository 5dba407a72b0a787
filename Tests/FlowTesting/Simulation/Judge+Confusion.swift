// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

// What can be asked of connections on one tuple whose halves two clocks do not tell apart: each half is stored once and whole, whoever's other half
// it was put beside, what is said of both holds for either, and the mediator says that it could not tell.
extension Judge {
    mutating func judgeConfusable(_ group: [TrueConnection], _ assigned: [Int: [SimulatedStore.StoredConnection]]) {
        let starts = startsOfHalves()
        var stored: [Int64: SimulatedStore.StoredConnection] = [:]
        for truth in group {
            for one in assigned[truth.number] ?? [] { stored[one.latest.connection] = one }
        }
        let all = stored.sorted { $0.key < $1.key }.map(\.value)
        for truth in group {
            judgeHalf(.source, .sourceNode, of: truth, all.filter { starts[Start($0, .source)] == truth.number })
            judgeHalf(.destination, .destinationNode, of: truth, all.filter { starts[Start($0, .destination)] == truth.number })
        }
        for one in all {
            judgeBoth(one, of: group.filter { starts[Start(one, .source)] == $0.number || starts[Start(one, .destination)] == $0.number })
        }
        let isMixed = all.contains { one in
            let source = starts[Start(one, .source)], destination = starts[Start(one, .destination)]
            return source != nil && destination != nil && source != destination
        }
        // Of one half of each, and nothing else, nobody can know that they are of two.
        if isMixed, all.count > 1, aggregator.ambiguous == 0 {
            complain("halves of connections \(group.map(\.number)) are taken for one connection's, and none is said to be ambiguous")
        }
    }

    private mutating func judgeHalf(
        _ side: TrueConnection.Side, _ scope: FlowCounter.Scope, of truth: TrueConnection, _ holders: [SimulatedStore.StoredConnection]
    ) {
        let certain = ledger.deliveries(of: truth.number, isCertain: true).filter { $0.note.isSeen(from: side) }
        if holders.count > 1 { complain(truth, "its \(side.rawValue) half is stored \(holders.count) times") }
        if holders.isEmpty, !certain.isEmpty { complain(truth, "its \(side.rawValue) half is not stored") }
        if let holder = holders.first { judgeTotals(holder, scope, of: truth, [side]) }
    }

    /// - Parameter truths: whose halves a stored connection has.
    private mutating func judgeBoth(_ stored: SimulatedStore.StoredConnection, of truths: [TrueConnection]) {
        guard let truth = truths.first else { return }
        let delivered = truths.flatMap { ledger.deliveries(of: $0.number, isCertain: false) }.map(\.note)
        judgeFacts(stored.latest.record, of: truth, certain: [], delivered: delivered)
        for counter in FlowCounter.allCases where ledger.crashes.isEmpty {
            let sides = [stored.sums[counter.delta(.sourceNode)], stored.sums[counter.delta(.destinationNode)]].compactMap { $0 }.max()
            if stored.sums[counter.delta(.common)] != sides {
                complain(truth, "\(counter): the larger of both sides is not the connection's")
            }
        }
    }
}
