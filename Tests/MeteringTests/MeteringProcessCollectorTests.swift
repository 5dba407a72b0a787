// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Metering
import Testing

/// Several collectors: each is told everything, at its own pace.
@Suite struct MeteringProcessCollectorTests {
    private static let first = CollectorSet(0), second = CollectorSet(1), both: CollectorSet = [first, second]

    private func node(endedCapacity: Int = 1000) -> Node {
        Node {
            $0.collectorCount = 2
            $0.endedCapacity = endedCapacity
        }
    }

    @Test("collectors that were told the same share a record")
    func shared() {
        var node = node()
        node.poll([.sample()], at: 0)
        node.poll([.sample()], at: 5)
        #expect(node.told.map(\.collectors) == [Self.both])
    }

    @Test("one that is away holds back no other, and is told the growth of all that time in one record")
    func away() {
        var node = node()
        node.withheld = Self.second
        for poll in 0...6 { node.poll([.sample().counted(UInt64(poll + 1))], at: Double(poll * 5)) }
        #expect(node.told.count == 6 && node.told.allSatisfy { $0.collectors == Self.first })
        node.withheld = []
        let records = node.expire(at: 31)
        #expect(records.map { $0[unsigned: .octetDeltaCount] } == [1400])
        #expect(node.told.last?.collectors == Self.second)
        node.poll([.sample().counted(8)], at: 40)
        #expect(node.told.last?.flow[unsigned: .octetDeltaCount] == 200)
        #expect(node.told.last?.collectors == Self.both)
    }

    @Test("while one is away ends are kept for it, up to a number; the oldest beyond are counted as not told")
    func awayEnds() {
        var node = node(endedCapacity: 100)
        node.withheld = Self.second
        for round in 0..<50 {
            let now = Double(round * 20)
            node.poll((1...10 as ClosedRange<UInt16>).map { .sample(port: $0, id: UInt32(round), start: .at(now)) }, at: now)
            node.poll([], at: now + 1)
            #expect(node.process.endedConnectionCount <= 100)
        }
        #expect(node.told.count == 500 && node.process.statistics.unreportedEnds == 400)
        node.withheld = []
        #expect(node.expire(at: 2000).count == 100)
        #expect(node.told.suffix(100).allSatisfy { $0.collectors == Self.second })
        #expect(node.poll([], at: 2010).isEmpty && node.poll([], at: 2020).isEmpty)
        #expect(node.process.endedConnectionCount == 0)
    }

    @Test("a limit makes records in portions, none twice and none left out")
    func limit() {
        var node = node()
        node.poll((1...100 as ClosedRange<UInt16>).map { .sample(port: $0) }, at: 0)
        var records: [MeteredRecord] = []
        var calls = 0
        while node.process.expire(at: .at(5.1), limit: 7, into: &records) { calls += 1 }
        #expect(calls == 14 && records.count == 100)
        #expect(Set(records.compactMap { $0.flow[unsigned: .sourceTransportPort] }).count == 100)
    }

    @Test("flush tells those that were withheld too")
    func flush() {
        var node = node()
        node.withheld = Self.second
        node.poll([.sample()], at: 0)
        node.poll([.sample()], at: 5)
        #expect(node.flush(at: 6).count == 1 && node.told.last?.collectors == Self.second)
    }

    @Test("whenever each was away, both are told the same in the end", arguments: 1...20 as ClosedRange<UInt64>)
    func sameInTheEnd(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var node = node()
        var counts = [UInt16: UInt64]()
        var expected: UInt64 = 0
        for poll in 0..<100 {
            node.withheld = CollectorSet(rawValue: UInt32.random(in: 0...3, using: &generator))
            for port in 1...20 as ClosedRange<UInt16> where generator.isOnce(in: 2) {
                let growth = UInt64.random(in: 1...5, using: &generator)
                counts[port, default: 0] += growth
                expected += growth * 200
            }
            node.poll(counts.map { .sample(port: $0.key).counted($0.value) }, at: Double(poll) * 2)
        }
        _ = node.flush(at: 201)
        for collector in [Self.first, Self.second] {
            let deltas = node.told.filter { $0.collectors.contains(collector) }.compactMap { $0.flow[unsigned: .octetDeltaCount] }
            #expect(deltas.reduce(0, +) == expected)
        }
    }
}
