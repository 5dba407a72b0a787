// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Metering
import Testing

/// Polls and events in every order, some of them lost, over a clock that is set: the numbers are right all the same.
@Suite struct MeteringInterleavingTests {
    /// A table, the process that watches it, and what the process has been shown of each incarnation.
    private struct Run: ~Copyable {
        var generator: SeededGenerator
        var table: SimulatedTable
        let losesEvents: Bool
        var node: Node
        /// The most octets that the process was told of an incarnation by its number.
        var told: [UInt32: UInt64] = [:]
        var seconds = 0.0

        init(seed: UInt64, hasStates: Bool = true) {
            losesEvents = seed % 2 == 0
            table = SimulatedTable(reusesIDs: seed % 3 == 0, hasStates: hasStates)
            var generator = SeededGenerator(seed: seed)
            let active = Int64.random(in: 1...6, using: &generator), idle = Int64.random(in: 1...20, using: &generator)
            node = Node {
                $0.activeTimeout = .seconds(active)
                $0.idleTimeout = .seconds(idle)
            }
            self.generator = generator
            var rules: [UInt32: PolicyRule] = [:]
            for number in 1...2000 as ClosedRange<UInt32> {
                rules[number] = PolicyRule(policy: "\(number)", namespace: nil, type: .antreaNetworkPolicy, name: "r", direction: .ingress)
            }
            node.process.update(rules: rules, at: .at(-2e6))
        }

        mutating func step() {
            table.step(using: &generator)
            // Events wait in a bounded queue, so they are never late by more than a poll.
            while table.events.count > 6 { deliver(isLossy: true) }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: seconds += Double.random(in: 0...3, using: &generator)
            case 1: if generator.isOnce(in: 20) { seconds += Double(Int.random(in: -3600...3600, using: &generator)) }
            case 2, 3, 4: deliver(isLossy: true)
            case 5: node.expire(at: seconds)
            default: poll()
            }
        }

        mutating func deliver(isLossy: Bool) {
            guard let event = table.nextEvent() else { return }
            if isLossy, losesEvents, generator.isOnce(in: 5) { return }
            if event.kind == .destroyed { note(event.connection) }
            node.event(event.connection, event.kind, at: seconds)
        }

        mutating func poll() {
            if table.isPolled {
                if let entry = table.continuePoll(using: &generator) {
                    note(entry)
                    node.process.observe(entry, from: .first, at: .at(seconds))
                }
                if !table.isPolled { node.process.endPoll(of: .first, isWhole: true, at: .at(seconds)) }
            } else {
                table.beginPoll(using: &generator)
                node.process.beginPoll(of: .first, at: .at(seconds))
            }
        }

        mutating func pollWhole() {
            repeat { poll() } while table.isPolled
        }

        private mutating func note(_ connection: Connection) {
            guard let octets = connection.counters?.octets, let start = connection.start,
                let number = table.births[start]
            else { return }
            told[number] = max(told[number] ?? 0, octets)
        }

        mutating func finish() {
            while !table.events.isEmpty { deliver(isLossy: false) }
            while table.isPolled { poll() }
            pollWhole()
            node.expire(at: seconds + 100)
            _ = node.flush(at: seconds + 101)
        }

        /// Which incarnation a record is of: by its start, or by the label it had where its start was not told in time.
        func number(of record: FlowRecord) -> UInt32? {
            if let start = record[time: .flowStartMilliseconds], let number = table.births[start] { return number }
            return node.text(.ingressNetworkPolicyName, of: record).flatMap { UInt32($0) }
        }
    }

    @Test("the deltas of a connection add up to the most that was told of it", arguments: 1...40 as ClosedRange<UInt64>)
    func sums(seed: UInt64) {
        var run = Run(seed: seed)
        for _ in 0..<2000 { run.step() }
        run.finish()
        var sums: [UInt32: UInt64] = [:]
        var starts: [UInt32: Set<Timestamp>] = [:]
        for record in run.node.records {
            guard let delta = record[unsigned: .octetDeltaCount] else { continue }
            guard let number = run.number(of: record) else {
                Issue.record("seed \(seed): a record of no connection that there was")
                continue
            }
            sums[number, default: 0] += delta
            starts[number, default: []].insert(record[time: .flowStartMilliseconds] ?? .at(0))
            #expect(record[unsigned: .octetTotalCount] == sums[number], "seed \(seed), connection \(number)")
        }
        let wrong = run.told.filter { sums[$0.key] != $0.value }.map { "connection \($0.key): \(sums[$0.key] ?? 0) of \($0.value)" }
        #expect(wrong == [], "seed \(seed)")
        #expect(sums.count == run.told.count, "seed \(seed)")
        #expect(starts.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
    }

    @Test("no record repeats the one before it", arguments: 1...30 as ClosedRange<UInt64>)
    func changes(seed: UInt64) {
        // A state that comes and goes between two records is a change that neither shows.
        var run = Run(seed: seed, hasStates: false)
        for _ in 0..<2000 { run.step() }
        run.finish()
        var last: [UInt32: (octets: UInt64?, state: NameID?, isEnd: Bool)] = [:]
        for record in run.node.records {
            guard let number = run.number(of: record) else { continue }
            let said = (octets: record[unsigned: .octetTotalCount], state: record[name: .tcpState], isEnd: record.reason == .endOfFlow)
            if let before = last[number] { #expect(before != said, "seed \(seed), connection \(number)") }
            last[number] = said
        }
        #expect(last.count > 60)
    }

    @Test("whatever was lost, a poll leaves open what is there and nothing else", arguments: 1...30 as ClosedRange<UInt64>)
    func repair(seed: UInt64) {
        var run = Run(seed: seed)
        for _ in 0..<2000 { run.step() }
        run.finish()
        #expect(run.node.process.connectionCount == run.table.live.count, "seed \(seed)")
        for _ in 1...3 { run.pollWhole() }
        run.node.expire(at: run.seconds + 200)
        #expect(run.node.process.endedConnectionCount == 0, "seed \(seed)")
    }
}
