// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// Whatever the order, the delays and the duplicates: every connection's octets are stored, and stored once.
@Suite struct MediatorPropertyTests {
    private struct Delivery {
        let time: Double
        let sample: Sample
    }

    /// The connection by what identifies it in this simulation: its port and the minute that it began in.
    private struct Key: Hashable {
        let port: UInt64
        let start: Int64

        init(_ sample: Sample) {
            port = sample.port
            start = Int64(sample.start / 60)
        }

        init(_ flow: FlowRecord) {
            port = flow[unsigned: .sourceTransportPort] ?? 0
            start = ((flow[time: .flowStartMilliseconds] ?? .at(0)) - .at(0)).wholeMilliseconds / 60_000
        }
    }

    @Test("random interleavings with duplicates and reordering conserve octets", arguments: 1...25 as ClosedRange<UInt64>)
    func conservation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var deliveries: [Delivery] = []
        var totals: [Key: [FlowCounter.Scope: UInt64]] = [:]
        for port in 1...15 as ClosedRange<UInt64> {
            for use in 0..<Int.random(in: 1...3, using: &generator) {
                let start = Double(use) * 120 + .random(in: 5...30, using: &generator)
                for sample in history(port: port, start: start, using: &generator) {
                    for scope in scopes(of: sample.side) + [.common] {
                        totals[Key(sample), default: [:]][scope] = max(totals[Key(sample)]?[scope] ?? 0, sample.octets)
                    }
                    for _ in 0..<(generator.isOnce(in: 4) ? 2 : 1) {
                        deliveries.append(Delivery(time: sample.end + .random(in: 0...20, using: &generator), sample: sample))
                    }
                }
            }
        }
        deliveries.sort { $0.time < $1.time }

        let run = Run()
        for delivery in deliveries { run.receive(delivery.sample, at: delivery.time) }
        Bool.random(using: &generator) ? run.flush() : run.advance(to: run.now + 70)

        var sums: [Key: [FlowCounter.Scope: UInt64]] = [:]
        for stored in run.connections.values {
            for scope in FlowCounter.Scope.allCases where stored.latest.isKnown(FlowCounter.octets.total(scope)) {
                sums[Key(stored.latest), default: [:]][scope, default: 0] += stored.sums[FlowCounter.octets.delta(scope)] ?? 0
            }
        }
        #expect(sums == totals)
        #expect(run.connections.count == totals.count)
        let statistics = run.mediator.statistics
        #expect(statistics.received == UInt64(deliveries.count) && statistics.opened + statistics.merged == statistics.received)
        #expect(statistics.held == 0)
        #expect(statistics.connections == UInt64(totals.count))
        #expect(statistics.intervals == UInt64(run.connections.values.reduce(0) { $0 + $1.intervals }))
    }

    private func scopes(of side: Sample.Side) -> [FlowCounter.Scope] {
        switch side {
        case .source: [.sourceNode]
        case .destination: [.destinationNode]
        case .both: [.sourceNode, .destinationNode]
        }
    }

    /// What the nodes of one connection send: reports with growing totals, a poll apart, each by its own clock, and the end.
    private func history(port: UInt64, start: Double, using generator: inout SeededGenerator) -> [Sample] {
        let kinds: [([Sample.Side], FlowType?)] = [
            ([.source, .destination], .interNode), ([.source, .destination], nil), ([.both], .intraNode), ([.source], .toExternal),
            ([.destination], .fromExternal), ([.source], .interNode),
        ]
        let (sides, type) = kinds[Int(port) % kinds.count]
        let reports = Int.random(in: 1...8, using: &generator)
        var samples: [Sample] = []
        for side in sides {
            let skew = Double.random(in: 0...2, using: &generator)
            var octets: UInt64 = 0
            for report in 1...reports {
                octets += .random(in: 0...100, using: &generator) * 100
                let hasEnded = report == reports && !generator.isOnce(in: 5)
                samples.append(
                    Sample(
                        side, start: start + skew, end: start + skew + Double(report) * 5, octets: octets, hasEnded: hasEnded, type: type
                    )
                    .with { $0.port = port })
            }
        }
        return samples
    }
}
