// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPFIXTransport

struct ExportQueueTests {
    @Test("the oldest messages are dropped at the capacity in messages, and counted with their records")
    func dropsOldest() {
        let queue = ExportQueue(messages: 3, octets: 1000)
        for value in 0..<5 { queue.append(exported(UInt32(value), records: 10)) }
        #expect(drain(queue) == [2, 3, 4].map { exported($0, records: 10) })
        let statistics = queue.statistics
        #expect(statistics.dropped.messages == 2)
        #expect(statistics.dropped.records == 20)
        #expect(statistics.appended.messages == 5)
        #expect(statistics.confirmed.records == 30)
        #expect(statistics.waiting == ExportAmount())
        #expect(statistics.highWaterMark == 3)
    }

    @Test("the capacity in octets counts too, and what is larger than all of it is dropped itself")
    func dropsByOctets() {
        let queue = ExportQueue(messages: 100, octets: 20)
        for value in 0..<3 { queue.append(exported(UInt32(value))) }
        #expect(queue.statistics.waiting.octets == 16)
        queue.append(ExportedMessage(sets: [UInt8](repeating: 0, count: 21), recordCount: 7))
        #expect(queue.statistics.waiting.messages == 0)
        #expect(queue.statistics.dropped.records == 10)
        #expect(queue.next(timeout: .zero) == .timedOut)
    }

    @Test("what is dropped is counted with the packets and octets that its flows tell of")
    func countsVolume() {
        let queue = ExportQueue(messages: 1, octets: 1000)
        let volumes = [FlowVolume(records: 3, packets: 20, octets: 3000, uncounted: 1), FlowVolume(records: 1, packets: 2, octets: 80)]
        for volume in volumes { queue.append(ExportedMessage(sets: [0], recordCount: 4, flows: volume)) }
        #expect(queue.statistics.dropped.flows == volumes[0])
        #expect(queue.statistics.waiting.flows == volumes[1])
        _ = queue.next(timeout: .zero)
        queue.confirm(at: 0)
        #expect(queue.statistics.waiting.flows == FlowVolume())
        #expect(queue.statistics.confirmed.flows == volumes[1])
        #expect(queue.statistics.appended.flows == volumes[0] + volumes[1])
    }

    @Test("the message in flight is neither dropped nor forgotten until it is confirmed")
    func inFlight() {
        let queue = ExportQueue(messages: 1, octets: 1000)
        queue.append(exported(1))
        #expect(queue.next(timeout: .zero) == .message(OutgoingMessage(message: exported(1))))
        queue.append(exported(2))
        queue.append(exported(3))
        #expect(queue.next(timeout: .zero) == .message(OutgoingMessage(message: exported(1))))
        queue.confirm(at: 0)
        #expect(queue.next(timeout: .zero) == .message(OutgoingMessage(message: exported(3))))
        #expect(queue.statistics.dropped.messages == 1)
    }

    @Test("a closed queue gives what it has and takes no more")
    func closes() {
        let queue = ExportQueue()
        queue.append(exported(1))
        queue.close()
        #expect(!queue.append(exported(2)))
        #expect(queue.next(timeout: nil) == .message(OutgoingMessage(message: exported(1))))
        queue.confirm(at: 0)
        #expect(queue.next(timeout: nil) == .closed)
        #expect(queue.statistics.refused.messages == 1)
    }

    private func drain(_ queue: ExportQueue) -> [ExportedMessage] {
        var all: [ExportedMessage] = []
        while case .message(let message) = queue.next(timeout: .zero) {
            all.append(message.message)
            queue.confirm(at: 0)
        }
        return all
    }
}
