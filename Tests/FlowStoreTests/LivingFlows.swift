// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX

@testable import FlowStore

/// Connections that begin, last, learn who is behind them and end, the same for the same seed: what a mediator hands to the store.
final class LivingFlows {
    private struct Live {
        let id: Int64
        var pods: (source: UInt64, destination: UInt64?)
        let port: UInt64
        let start: Timestamp
        var last: Timestamp?
        var observation: UInt64
        var labels: Bool
    }

    private var random: RandomFlows
    private var live: [Live] = []
    private(set) var nextConnection: Int64 = 1
    private(set) var clock: Timestamp

    private let quiet: UInt64

    /// - Parameter quiet: one batch in so many comes after some quiet hours.
    init(seed: UInt64, at start: Timestamp, quiet: UInt64 = 30) {
        self.quiet = quiet
        random = RandomFlows(seed: seed)
        clock = start
    }

    private func below(_ bound: UInt64) -> UInt64 { random.next(below: bound) }

    /// Some seconds pass; some connections begin, some go on, some end.
    func batch() -> StoreBatch {
        clock = clock + .milliseconds(Int64(below(quiet) == 0 ? below(10_000_000) : below(40_000)))
        var batch = StoreBatch()
        for _ in 0..<below(6) { begin() }
        var index = 0
        while index < live.count {
            if below(3) > 0 { batch.intervals.append(next(index)) }
            if below(8) == 0 { live.remove(at: index) } else { index += 1 }
        }
        batch.names = random.newNames()
        return batch
    }

    private func begin() {
        let pods = (source: below(5), destination: below(3) > 0 ? below(5) : nil as UInt64?)
        let start = clock - .milliseconds(Int64(below(5000)))
        live.append(
            Live(
                id: nextConnection, pods: pods, port: [80, 443, 53][Int(below(3))], start: start, last: nil, observation: 1 + below(3),
                labels: false))
        nextConnection += 1
    }

    private func next(_ index: Int) -> FlowInterval {
        let isNew = live[index].last == nil
        var isChanged = isNew
        // A half that comes late, a name or a label that was found.
        if below(5) == 0 {
            if live[index].pods.destination == nil { live[index].pods.destination = below(5) }
            live[index].observation = 1
            live[index].labels = below(2) == 0
            isChanged = true
        }
        let flow = live[index]
        let end = max(flow.last ?? flow.start, clock - .milliseconds(Int64(below(3000))))
        let hasInterval = isNew || below(6) > 0
        var record = FlowRecord()
        record[time: .flowStartMilliseconds] = flow.start
        record[time: .flowEndMilliseconds] = hasInterval ? end : flow.last
        record[name: .sourcePodName] = random.names.id(of: "client-\(flow.pods.source)")
        record[name: .destinationPodName] = flow.pods.destination.map { random.names.id(of: "server-\($0)") }
        record[name: .sourcePodLabels] = flow.labels ? random.names.id(of: "{}") : nil
        record[unsigned: .destinationTransportPort] = flow.port
        record[unsigned: .sourceTransportPort] = UInt64(flow.id % 60_000)
        record[unsigned: .observation] = flow.observation
        if below(5) > 0 {
            record[unsigned: .octetDeltaCount] = below(100_000)
            record[unsigned: .packetDeltaCount] = below(100)
        }
        if below(3) > 0 { record[unsigned: .reverseOctetDeltaCount] = below(1000) }
        let previousEnd = flow.last
        if hasInterval { live[index].last = end }
        return FlowInterval(
            connection: flow.id, record: record, isConnectionChanged: isChanged || !hasInterval, hasInterval: hasInterval,
            previousEnd: previousEnd)
    }

    func moment(in range: ClosedRange<Int64>) -> Timestamp {
        Timestamp(milliseconds: range.lowerBound + Int64(below(UInt64(range.upperBound - range.lowerBound + 1))))
    }

    func choice(_ bound: Int) -> Int { Int(below(UInt64(bound))) }
}
