// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import IPFIX
import Mediation
import Testing

/// A program that is killed and started again goes on from what its store has: nothing twice, nothing lost, same connections.
@Suite struct MediatorRestartTests {
    private struct Delivery {
        let time: Double
        let sample: Sample
    }

    /// What is stored of a connection, or should be.
    private struct Sums: Hashable {
        var source: Int64 = 0
        var destination: Int64 = 0
        var common: Int64 { max(source, destination) }
    }

    /// Six connections that begin within two minutes, one of them on a tuple that is used twice; both nodes report every 5 s.
    private static func deliveries(seed: UInt64) -> [Delivery] {
        var generator = SeededGenerator(seed: seed)
        var deliveries: [Delivery] = []
        for number in 1...6 as ClosedRange<UInt64> {
            // The sixth uses the first one's tuple, 12 s after its end.
            let start = number == 6 ? 112.0 : Double(number) * 17
            let reports = number == 1 ? 16 : Int.random(in: 1...12, using: &generator)
            let kinds: [([Sample.Side], FlowType)] = [
                ([.source, .destination], .interNode), ([.both], .intraNode), ([.source], .toExternal),
            ]
            let (sides, type) = kinds[number == 1 || number == 6 ? 0 : Int(number) % 3]
            for side in sides {
                var octets: UInt64 = 0
                for report in 1...reports {
                    octets += .random(in: 0...100, using: &generator) * 100
                    let begun = number == 1 ? 20.0 : start
                    let sample = Sample(
                        side, start: begun + (side == .destination ? 0.4 : 0), end: begun + Double(report) * 5, octets: octets,
                        hasEnded: report == reports, type: type
                    ).with { $0.port = number == 6 ? 1 : number }
                    deliveries.append(Delivery(time: sample.end + .random(in: 0...4, using: &generator), sample: sample))
                }
            }
        }
        return deliveries.sorted { $0.time < $1.time }
    }

    private static func truth(of deliveries: [Delivery]) -> [Sums] {
        var sums: [String: Sums] = [:]
        for delivery in deliveries {
            let sample = delivery.sample
            let key = "\(sample.port) \(Int(sample.start))"
            if sample.side != .destination { sums[key, default: Sums()].source = max(sums[key]?.source ?? 0, Int64(sample.octets)) }
            if sample.side != .source { sums[key, default: Sums()].destination = max(sums[key]?.destination ?? 0, Int64(sample.octets)) }
        }
        return sums.values.sorted { ($0.source, $0.destination) < ($1.source, $1.destination) }
    }

    /// Delivers everything, looking every second; at a crash the exporters send the last 75 s again.
    private static func play(
        _ deliveries: [Delivery], on run: StoredRun, crashingAt isCrash: (Int) -> Bool, _ crash: StoredRun.Crash
    ) throws {
        var next = 0
        for second in 0...220 {
            while next < deliveries.count, deliveries[next].time <= Double(second) {
                run.receive(deliveries[next].sample, at: Double(second))
                next += 1
            }
            let batch = run.batches
            guard try run.look(at: Double(second), crashingAt: isCrash(batch) ? batch : nil, crash) else { continue }
            for earlier in deliveries[..<next] where earlier.time > Double(second) - 75 { run.receive(earlier.sample, at: Double(second)) }
        }
    }

    private static func stored(in run: StoredRun) throws -> [Sums] {
        var sums: [Int64: Sums] = [:]
        var common: [Int64: Int64] = [:]
        for row in try run.rows([.octetDeltaCountFromSourceNode, .octetDeltaCountFromDestinationNode, .octetDeltaCount]) {
            let connection = try #require(row[0].integer)
            sums[connection, default: Sums()].source += row[1].integer ?? 0
            sums[connection, default: Sums()].destination += row[2].integer ?? 0
            common[connection, default: 0] += try #require(row[3].integer)
        }
        for (connection, sum) in sums { #expect(sum.common == common[connection]) }
        return sums.values.sorted { ($0.source, $0.destination) < ($1.source, $1.destination) }
    }

    @Test("killed at every batch, before and after its commit, the store holds the truth", arguments: StoredRun.Crash.allCases)
    func everyBatch(crash: StoredRun.Crash) throws {
        let deliveries = Self.deliveries(seed: 5)
        let undisturbed = try StoredRun()
        try Self.play(deliveries, on: undisturbed, crashingAt: { _ in false }, crash)
        #expect(try Self.stored(in: undisturbed) == Self.truth(of: deliveries))
        #expect(undisturbed.batches >= 12)
        for batch in 0..<undisturbed.batches {
            let run = try StoredRun()
            try Self.play(deliveries, on: run, crashingAt: { $0 == batch }, crash)
            #expect(try Self.stored(in: run) == Self.truth(of: deliveries), "killed at batch \(batch)")
        }
    }

    @Test("killed after each of its batches, the store holds the truth", arguments: 1...8 as ClosedRange<UInt64>)
    func again(seed: UInt64) throws {
        let deliveries = Self.deliveries(seed: seed)
        let run = try StoredRun()
        try Self.play(deliveries, on: run, crashingAt: { _ in true }, .afterCommit)
        #expect(try Self.stored(in: run) == Self.truth(of: deliveries))
    }

    @Test(
        "a young connection is not counted twice, and is the connection it was, however long the program was away",
        arguments: [0, 30, 40_000])
    func young(away: Double) throws {
        let run = try StoredRun()
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 20, octets: 1000), at: 20) }
        #expect(try run.look(at: 21, crashingAt: 0))
        #expect(run.resumed == 1)
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, end: 30, octets: 1700, hasEnded: true), at: 30 + away)
        }
        _ = try run.look(at: 32 + away)
        let rows = try run.rows([.octetDeltaCount, .octetTotalCount, .sourcePodName, .destinationPodName])
        #expect(rows.map { $0[0] } == [.integer(1), .integer(1)])
        #expect(rows.map { $0[1] } == [.integer(700), .integer(1000)] && rows.map { $0[2] } == [.integer(1700), .integer(1000)])
        #expect(rows.allSatisfy { $0[3] == .text("client") && $0[4] == .text("web") })
        #expect(run.statistics.connections == 0)
    }

    @Test("a half that was stored alone is completed by its peer after a restart")
    func half() throws {
        let run = try StoredRun()
        run.receive(Sample(.source, start: 0.4, end: 5, octets: 1000), at: 5)
        #expect(try !run.look(at: 6))
        #expect(try run.look(at: 16, crashingAt: 0))
        run.receive(Sample(.destination, end: 6, octets: 900), at: 17)
        _ = try run.look(at: 70)
        let rows = try run.rows([.observation, .octetDeltaCount, .octetDeltaCountFromDestinationNode])
        #expect(rows.map { $0[0] } == [.integer(1), .integer(1)] && rows.allSatisfy { $0[1] == .integer(1) })
        #expect(rows.map { $0[2] } == [.integer(0), .integer(1000)] && rows.map { $0[3] } == [.integer(900), .null])
    }

    @Test("a tuple that is used again within seconds of a restart is another connection", arguments: [2.0, 6])
    func reuse(gap: Double) throws {
        let run = try StoredRun()
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, start: side == .source ? 0 : 0.7, end: 4, octets: 1000, hasEnded: true), at: 4)
        }
        #expect(try run.look(at: 5, crashingAt: 0))
        // What came before the crash comes once more, and the next connection on the tuple.
        for start in [0, 4 + gap] {
            for side in [Sample.Side.source, .destination] {
                run.receive(
                    Sample(
                        side, start: start + (side == .source ? 0 : 0.7), end: start + 4, octets: start == 0 ? 1000 : 50, hasEnded: true),
                    at: 9 + gap)
            }
        }
        _ = try run.look(at: 11 + gap)
        #expect(try Self.stored(in: run) == [Sums(source: 50, destination: 50), Sums(source: 1000, destination: 1000)])
    }

    @Test("a tuple that is used again within the second of an end that is stored in seconds is another connection after a restart too")
    func reuseWithinSecond() throws {
        let run = try StoredRun()
        run.receive(Sample(.source, start: 0.4, end: 1.2, octets: 1000, hasEnded: true), at: 2)
        run.receive(Sample(.destination, start: 0.4, end: 1.6, octets: 1000, hasEnded: true), at: 2)
        _ = try run.look(at: 3, crashingAt: 0, .afterCommit)
        run.receive(Sample(.source, start: 1.3, end: 4.5, octets: 300, hasEnded: true), at: 5)
        run.receive(Sample(.destination, start: 1.7, end: 4.5, octets: 300, hasEnded: true), at: 5)
        try run.flush(at: 6)
        let octets = try run.rows([.octetDeltaCount]).map { $0[1] }
        #expect(octets == [.integer(300), .integer(1000)])
    }

    @Test(
        "an exporter that was started again, as the aggregator was, may know the start of a connection of less than a second better",
        arguments: [(hasEnded: false, start: 0.6), (true, 0.2)])
    func betterStart(hasEnded: Bool, start: Double) throws {
        let run = try StoredRun()
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, start: 0.4, end: 0.9, octets: 1000, hasEnded: hasEnded), at: 2)
        }
        _ = try run.look(at: 3, crashingAt: 0, .afterCommit)
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, start: start, end: 4.5, octets: 1300, hasEnded: true), at: 5)
        }
        try run.flush(at: 6)
        #expect(try Self.stored(in: run) == [Sums(source: 1300, destination: 1300)])
        #expect(run.statistics.connections == 0)
    }

    @Test("no more connections are resumed than there is room for, the latest first")
    func bounded() throws {
        var configuration = MediationConfiguration()
        configuration.capacity = 3
        let run = try StoredRun(configuration)
        for port in 1...9 as ClosedRange<UInt64> {
            run.receive(Sample(.both, end: Double(port), octets: 100, type: .intraNode).with { $0.port = port }, at: 10)
        }
        #expect(try run.look(at: 11, crashingAt: 0))
        #expect(run.resumed == 3)
        for port in 1...9 as ClosedRange<UInt64> {
            run.receive(Sample(.both, end: Double(port), octets: 100, type: .intraNode).with { $0.port = port }, at: 12)
        }
        #expect(run.statistics.connections == 6)
    }

    @Test("what ended long before the last is not resumed, nor is anything of an empty store")
    func old() throws {
        let run = try StoredRun()
        try run.restart(at: 0)
        #expect(run.resumed == 0)
        for (port, end) in [(1, 0.0), (2, 1000)] as [(UInt64, Double)] {
            run.receive(Sample(.both, start: end, end: end, octets: 100, type: .intraNode).with { $0.port = port }, at: 1000)
        }
        #expect(try run.look(at: 1001, crashingAt: 0))
        #expect(run.resumed == 1)
    }
}
