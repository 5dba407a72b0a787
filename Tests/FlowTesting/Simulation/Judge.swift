// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Mediation
internal import Metering

/// Compares what is stored with what was delivered, and what was metered with what there was.
///
/// Where nothing was taken away by a crash of the aggregator the stored is exactly what was delivered; where something may have been, it lies
/// between what is certain and that.
struct Judge {
    let scenario: Scenario
    let ledger: Ledger
    let identities: Identities
    let aggregator: SimulatedAggregator
    private var found: [String] = []

    init(_ scenario: Scenario, _ ledger: Ledger, _ identities: Identities, _ aggregator: SimulatedAggregator) {
        self.scenario = scenario
        self.ledger = ledger
        self.identities = identities
        self.aggregator = aggregator
    }

    /// What is wrong, as sentences.
    consuming func problems() -> [String] {
        found += aggregator.problems
        if ledger.unexplained > 0 { found.append("\(ledger.unexplained) records were metered of no connection that there was") }
        for truth in scenario.connections { judgeMetering(of: truth) }
        let stored = assign()
        for truth in scenario.connections where truth.confusion == nil { judgeStored(stored[truth.number] ?? [], of: truth) }
        for group in Dictionary(grouping: scenario.connections.filter { $0.confusion != nil }, by: { $0.confusion }).values {
            judgeConfusable(group, stored)
        }
        judgeSessions()
        return found
    }

    private mutating func judgeMetering(of truth: TrueConnection) {
        for (node, side) in truth.tracked(in: scenario) where !ledger.incompleteNodes.contains(node) && !truth.verdict.isDenied {
            let expected = truth.total(at: side), metered = ledger.meteredTotals(of: truth.number, side)
            if metered != expected.list {
                complain(
                    truth, "node\(node + 1) metered \(text(metered)) of packets, octets and their reverse; there were \(expected.list)")
            }
        }
        if let (node, side) = truth.refusing(in: scenario), !ledger.incompleteNodes.contains(node), truth.tracked(in: scenario).isEmpty {
            let expected = truth.total(at: side), metered = ledger.meteredTotals(of: truth.number, side)
            if metered != expected.list { complain(truth, "node\(node + 1) metered \(text(metered)) refused, there were \(expected.list)") }
        }
    }

    /// Stored connections by the true one that they are of, which their halves' starts tell.
    private mutating func assign() -> [Int: [SimulatedStore.StoredConnection]] {
        let starts = startsOfHalves()
        let confusions = Dictionary(uniqueKeysWithValues: scenario.connections.map { ($0.number, $0.confusion) })
        var assigned: [Int: [SimulatedStore.StoredConnection]] = [:]
        for (id, stored) in aggregator.store.connections.sorted(by: { $0.key < $1.key }) {
            let numbers = Set([TrueConnection.Side.source, .destination].compactMap { starts[Start(stored, $0)] })
            let groups = Set(numbers.map { confusions[$0] ?? nil })
            let isConfusion = groups.count == 1 && groups.first != .some(nil)
            if numbers.count != 1, !isConfusion {
                found.append(
                    "stored connection \(id) is of \(numbers.isEmpty ? "no connection" : "connections \(numbers.sorted()) at once"): "
                        + identities.text(of: stored.latest, aggregator.names))
            }
            for number in numbers { assigned[number, default: []].append(stored) }
        }
        return assigned
    }

    /// Which connection the half of a side is of that began at a time.
    func startsOfHalves() -> [Start: Int] {
        var starts: [Start: Int] = [:]
        for truth in scenario.connections {
            for delivery in ledger.deliveries(of: truth.number, isCertain: false) {
                for side in [TrueConnection.Side.source, .destination] where delivery.note.isSeen(from: side) {
                    starts[Start(port: truth.icmp?.identifier ?? truth.sourcePort, side: side, time: delivery.note.start)] = truth.number
                }
            }
        }
        return starts
    }

    struct Start: Hashable {
        let port: UInt16
        let side: TrueConnection.Side
        let time: Timestamp?

        init(port: UInt16, side: TrueConnection.Side, time: Timestamp?) {
            (self.port, self.side, self.time) = (port, side, time)
        }

        /// Of a half of a stored connection; one that is not there begins at no time.
        init(_ stored: SimulatedStore.StoredConnection, _ side: TrueConnection.Side) {
            let flow = stored.latest.record
            port = TrueConnection.ownPort(of: UInt16(clamping: flow[unsigned: .sourceTransportPort] ?? 0))
            self.side = side
            time = side == .source ? stored.latest.starts.source : stored.latest.starts.destination
        }
    }

    private mutating func judgeStored(_ stored: [SimulatedStore.StoredConnection], of truth: TrueConnection) {
        let certain = ledger.deliveries(of: truth.number, isCertain: true),
            delivered = ledger.deliveries(of: truth.number, isCertain: false)
        if stored.count > 1 { complain(truth, "is stored \(stored.count) times") }
        guard let one = stored.first else {
            if !certain.isEmpty { complain(truth, "is not stored, though \(certain.count) records of it came") }
            return
        }
        for (scope, sides) in [
            (FlowCounter.Scope.sourceNode, [TrueConnection.Side.source]), (.destinationNode, [.destination]),
            (.common, [.source, .destination]),
        ] {
            judgeTotals(one, scope, of: truth, sides)
        }
        judgeFacts(one.latest.record, of: truth, certain: certain.map(\.note), delivered: delivered.map(\.note))
        let bounds = (truth.begins - .seconds(10), truth.ends + .seconds(60))
        for row in one.rows where row.end < bounds.0 || row.end > bounds.1 {
            complain(truth, "has an interval up to \(row.end), and was from \(truth.begins) to \(truth.ends)")
        }
    }

    mutating func judgeTotals(
        _ stored: SimulatedStore.StoredConnection, _ scope: FlowCounter.Scope, of truth: TrueConnection, _ sides: [TrueConnection.Side]
    ) {
        let most = largest(sides.map { ledger.totals(of: truth.number, $0, isCertain: false) })
        let least = mayHaveBeenForgotten(truth) ? nil : largest(sides.map { ledger.totals(of: truth.number, $0, isCertain: true) })
        for counter in FlowCounter.allCases {
            let sum = stored.sums[counter.delta(scope)]
            if sum ?? 0 > most?[counter.rawValue] ?? 0 || sum ?? 0 < least?[counter.rawValue] ?? 0 || most == nil && sum != nil {
                complain(
                    truth,
                    "\(scope) \(counter): stored \(sum.map(String.init) ?? "none") in \(stored.rows.count) intervals, "
                        + "delivered \(most.map { String($0[counter.rawValue]) } ?? "none")"
                        + (most == least ? "" : ", of which \(least.map { String($0[counter.rawValue]) } ?? "none") are certain"))
            }
        }
    }

    /// Whether the first that an aggregator heard of a connection is so late that it cannot know whether the one before it had stored some of it,
    /// or whether it was going on before there was any: only growth since is counted then.
    private func mayHaveBeenForgotten(_ truth: TrueConnection) -> Bool {
        let times = ledger.deliveries(of: truth.number, isCertain: false)
        return ([scenario.began] + ledger.crashes).contains { began in
            let first = times.filter { $0.time > began }.min { $0.time < $1.time }
            return first.map { $0.note.age > MediationConfiguration().inactiveTimeout } ?? false && truth.begins < began + .seconds(30)
        }
    }

    private func largest(_ totals: [[UInt64]?]) -> [UInt64]? {
        totals.compactMap { $0 }.reduce(nil) { all, one in all.map { zip($0, one).map { max($0, $1) } } ?? one }
    }

    private func text(_ totals: [UInt64]?) -> String { totals.map { "\($0)" } ?? "nothing" }

    mutating func complain(_ truth: TrueConnection, _ problem: String) { found.append("\(identities.text(of: truth)): \(problem)") }

    mutating func complain(_ problem: String) { found.append(problem) }
}

extension TrueConnection {
    /// All that a side counted.
    fileprivate func total(at side: Side) -> Connection.Counters {
        steps.reduce(into: Connection.Counters()) { total, step in
            total.packets += step.growth.packets - (side == .destination ? step.missed.packets : 0)
            total.octets += step.growth.octets - (side == .destination ? step.missed.octets : 0)
            total.reversePackets += step.growth.reversePackets
            total.reverseOctets += step.growth.reverseOctets
        }
    }
}

extension Connection.Counters {
    fileprivate var list: [UInt64] { [packets, octets, reversePackets, reverseOctets] }
}
