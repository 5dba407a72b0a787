// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import IPFIXTransport

/// A queue with a spool, and what must hold of it whatever happens in which order.
struct SpoolingQueuePropertyTests {
    /// One program after another on the same directory.
    private struct Run {
        let folder = TemporaryDirectory()
        var generator: SeededGenerator
        var queue: ExportQueue
        var next: UInt32 = 0
        var position: UInt64 = 0
        /// What was sent, by this program for the first time.
        var sentNow: [UInt32] = []
        var seenNow: Set<UInt32> = []
        var sentEver: Set<UInt32> = []
        /// What was told as lost, and what may be lost untold: of each torn end at most the message that it tore.
        var told: UInt64 = 0
        var torn: UInt64 = 0

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            queue = try Self.queue(in: folder)
        }

        static func queue(in folder: TemporaryDirectory) throws -> ExportQueue {
            let spool = try Spool(
                directory: folder.path, limit: 256 << 10, templates: [templateSet], observationDomainID: 1,
                clock: { Timestamp(seconds: 1_800_000_000) })
            return ExportQueue(messages: 16, octets: 1 << 20, resendWindow: .seconds(30), resendOctets: 60_000, spool: spool)
        }

        mutating func append(_ count: Int) {
            for _ in 0..<count {
                let sets = dataSet(next) + [UInt8](repeating: 0, count: Int.random(in: 0...6000, using: &generator))
                #expect(queue.append(ExportedMessage(sets: sets, recordCount: 1)))
                next += 1
            }
        }

        mutating func send(_ count: Int) {
            for _ in 0..<count {
                guard case .message(let outgoing) = queue.next(timeout: .zero) else { return }
                let value = outgoing.message.sets[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                position += UInt64(outgoing.message.sets.count)
                queue.confirm(at: position)
                // What an earlier program had sent may come again with its segment.
                if !outgoing.isRepeated, seenNow.insert(value).inserted { sentNow.append(value) }
                sentEver.insert(value)
            }
        }

        mutating func acknowledge() { queue.acknowledge(through: UInt64.random(in: 0...position, using: &generator)) }

        mutating func loseSession() {
            position = 0
            queue.beginSession(isAfterLoss: true)
        }

        mutating func stop() throws {
            queue.keep()
            try restart(lost: queue.statistics.left.messages)
        }

        mutating func kill(tearing: Bool) throws {
            let left = queue.statistics.left.messages
            let last = folder.segments.last
            if tearing, let last {
                let octets = folder.read(last)
                folder.write(Array(octets.dropLast(Int.random(in: 1...SpoolEntry.overhead, using: &generator))), to: last)
                torn += 1
            }
            try restart(lost: left)
        }

        private mutating func restart(lost: UInt64) throws {
            let statistics = queue.statistics
            told += lost + statistics.dropped.messages + statistics.spool.dropped.messages + statistics.spool.damaged.messages
            checkSums()
            // The lock goes with the queue.
            queue = ExportQueue()
            queue = try Self.queue(in: folder)
            position = 0
            sentNow = []
            seenNow = []
        }

        func checkSums() {
            let all = queue.statistics
            let comes = all.appended.messages + all.spool.found.messages + all.returned.messages
            let goes = all.confirmed.messages + all.waiting.messages + all.lost.messages
            #expect(comes == goes, "\(comes) came and \(goes) are known of")
            #expect(sentNow == sentNow.sorted(), "what was sent for the first time is not in order")
        }
    }

    @Test(
        "whatever happens, nothing is lost that is not counted, the order is kept, and the counts add up",
        arguments: 1...24 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var run = try Run(seed: seed)
        for _ in 0..<120 {
            switch Int.random(in: 0..<100, using: &run.generator) {
            case 0..<40: run.append(Int.random(in: 1...12, using: &run.generator))
            case 40..<75: run.send(Int.random(in: 1...12, using: &run.generator))
            case 75..<85: run.acknowledge()
            case 85..<92: run.loseSession()
            case 92..<95: try run.stop()
            case 95..<98: try run.kill(tearing: false)
            default: try run.kill(tearing: true)
            }
            run.checkSums()
        }
        try run.stop()
        run.send(.max)
        run.checkSums()
        let statistics = run.queue.statistics
        let told = run.told + statistics.spool.damaged.messages + statistics.spool.dropped.messages
        let missing = UInt64(run.next) - UInt64(run.sentEver.count)
        #expect(missing <= told + run.torn, "\(missing) of \(run.next) are missing, \(told) are told of, \(run.torn) ends were torn")
    }
}
