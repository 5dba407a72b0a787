// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// What happens when there are more connections than there is room for.
@Suite struct MeteringProcessCapacityTests {
    private func connection(_ port: UInt16, start: Double) -> Connection { .sample(port: port, start: .at(start)) }

    @Test("one that has just begun takes the place of the one idle for longest, which is reported for lack of resources")
    func evicts() {
        var node = Node { $0.capacity = 2 }
        node.poll([connection(1, start: 0), connection(2, start: 0)], at: 0)
        node.poll([connection(1, start: 0), connection(2, start: 0).counted(2)], at: 10)
        let records = node.poll([connection(1, start: 0), connection(2, start: 0).counted(2), connection(3, start: 19)], at: 20)
        #expect(records.map(\.reason) == [.lackOfResources] && records.first?[unsigned: .sourceTransportPort] == 1)
        #expect(node.process.statistics.evicted == 1 && node.process.connectionCount == 2)
    }

    @Test("while all are active, and for one that is not new, nothing gives way, and it is counted")
    func refuses() {
        var node = Node { $0.capacity = 1 }
        node.poll([connection(1, start: 0)], at: 0)
        node.poll([connection(1, start: 0).counted(2), connection(2, start: 19)], at: 20)
        #expect(node.process.statistics.overCapacity == 1)
        node.poll([connection(1, start: 0).counted(2), connection(3, start: 1), .sample(port: 4, start: nil)], at: 60)
        #expect(node.process.statistics.overCapacity == 3 && node.process.statistics.evicted == 0)
    }

    @Test("one that was evicted and is seen still does not push out others, nor is what it carried counted again")
    func comesBack() {
        var node = Node { $0.capacity = 1 }
        node.poll([connection(1, start: 0).counted(5)], at: 0)
        node.poll([connection(1, start: 0).counted(5)], at: 5)
        node.poll([connection(1, start: 0).counted(5), connection(2, start: 29)], at: 30)
        node.poll([connection(1, start: 0).counted(5), connection(2, start: 29)], at: 40)
        #expect(node.process.statistics.evicted == 1 && node.process.statistics.overCapacity >= 1)
        // There is room again, long after the eviction was forgotten.
        node.poll([], at: 100)
        node.poll([connection(1, start: 0).counted(6)], at: 105)
        node.poll([connection(1, start: 0).counted(7)], at: 110)
        let first = node.records.filter { $0[unsigned: .sourceTransportPort] == 1 }
        #expect(first.compactMap { $0[unsigned: .octetDeltaCount] }.reduce(0, +) <= 1400)
        #expect(first.last?[unsigned: .octetTotalCount] == 1400)
    }

    @Test("an event of a beginning counts as new, whatever it leaves out")
    func event() {
        var node = Node { $0.capacity = 1 }
        node.poll([connection(1, start: 0)], at: 0)
        node.event(.sample(port: 2, counters: nil, start: nil), .new, at: 20)
        #expect(node.process.statistics.evicted == 1 && node.process.connectionCount == 1)
    }

    @Test("storms of short connections leave nothing behind")
    func storm() {
        var node = Node { $0.endedCapacity = 500 }
        for second in 0..<60 {
            for port in 0..<1000 as Range<UInt16> {
                node.event(.sample(port: port, id: UInt32(second), start: .at(Double(second))), .destroyed, at: Double(second))
            }
            node.expire(at: Double(second))
            #expect(node.process.endedConnectionCount <= 1000)
        }
        #expect(node.records.count == 60_000 && node.process.statistics.unreportedEnds == 0)
        node.poll([], at: 90)
        node.poll([], at: 100)
        #expect(node.process.endedConnectionCount == 0)
    }
}
