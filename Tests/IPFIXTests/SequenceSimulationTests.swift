// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// The tracker against a simulated exporter and network that know the truth, to the record.
@Suite struct SequenceSimulationTests {
    private static let traits: [SimulatedNumbering.Traits] = [
        .init(),
        .init(lost: 8),
        .init(repeated: 6),
        .init(reordering: 12),
        .init(lost: 10, repeated: 10, reordering: 20),
        .init(lost: 2, repeated: 2, withoutRecords: 2, reordering: 60),
        .init(uncounted: 4),
        .init(lost: 6, uncounted: 3, reordering: 15),
        .init(lost: 5, repeated: 4, uncounted: 2, withoutRecords: 3, reordering: 40),
        .init(lost: 3, repeated: 3, uncounted: 1, reordering: 10),
    ]

    @Test("what is received, lost, late, repeated and unsettled is exact to the record", arguments: traits.indices)
    func oneNumbering(traits index: Int) {
        for seed in 0..<150 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed * 1000 + UInt64(index))
            var tracker = SequenceTracker(), truth = SequenceStatistics()
            let number = firstNumber(using: &generator)
            var numbering = SimulatedNumbering(traits: Self.traits[index], firstNumber: number, time: 1000, using: &generator)
            numbering.deliver(to: &tracker, hasTimes: Bool.random(using: &generator), using: &generator)
            numbering.addTruth(to: &truth)
            #expect(tracker.statistics == truth, "seed \(seed)")
            if tracker.statistics != truth { return }
        }
    }

    @Test("restarts are told from all that, however often they happen", arguments: traits.indices, [true, false])
    func restarts(traits index: Int, hasTimes: Bool) {
        for seed in 0..<30 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed * 1000 + UInt64(index))
            var tracker = SequenceTracker(), truth = SequenceStatistics()
            var number = firstNumber(using: &generator), time: UInt32 = 1000
            for run in 0..<5 {
                var numbering = SimulatedNumbering(traits: Self.traits[index], firstNumber: number, time: time, using: &generator)
                numbering.deliver(to: &tracker, hasTimes: hasTimes, using: &generator)
                numbering.addTruth(to: &truth)
                truth.restarts = UInt64(run)
                time = numbering.lastExportTime + 1
                number = restart(after: numbering.nextNumber, hasTimes: hasTimes, using: &generator)
            }
            #expect(tracker.statistics == truth, "seed \(seed)")
            if tracker.statistics != truth { return }
        }
    }

    /// Often just before the wrap.
    private func firstNumber(using generator: inout SeededGenerator) -> UInt32 {
        Bool.random(using: &generator) ? .max - .random(in: 0...2000, using: &generator) : .random(in: 0 ... .max, using: &generator)
    }

    /// Back to 0 where that is far enough from where the exporter stopped; else further back than all it sends, or far ahead.
    private func restart(after end: UInt32, hasTimes: Bool, using generator: inout SeededGenerator) -> UInt32 {
        let nearest = hasTimes ? 10_000 : SequenceTracker.lateWindow + 10_000
        if (nearest...(1 << 31)).contains(end) { return 0 }
        return Bool.random(using: &generator)
            ? end &- .random(in: nearest...(1 << 30), using: &generator)
            : end &+ .random(in: SequenceTracker.maximumLoss + 10_000...(1 << 30), using: &generator)
    }
}
