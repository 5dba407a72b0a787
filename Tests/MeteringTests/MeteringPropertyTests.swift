// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Metering
import Testing

/// Over random polls, the deltas of a connection's records add up to the last total it was seen with.
@Suite struct MeteringPropertyTests {
    /// A connection as it is at present.
    private struct Simulated {
        var connection: Connection
    }

    private struct Key: Hashable {
        let port: UInt64
        let start: Timestamp
    }

    @Test("sums of deltas are the last totals, and totals never go back", arguments: 1...20 as ClosedRange<UInt64>)
    func sums(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var node = Node { $0.activeTimeout = .seconds(Int64.random(in: 1...10, using: &generator)) }
        var live: [UInt16: Simulated] = [:]
        var expected: [Key: Connection.Counters] = [:]
        var id: UInt32 = 0
        var time = 0.0
        for _ in 0..<60 {
            time += Double.random(in: 0.5...6, using: &generator).rounded(.up)
            for port in 1...12 as ClosedRange<UInt16> {
                live[port] = next(live[port], port: port, time: time, id: &id, using: &generator)
            }
            let isWhole = !generator.isOnce(in: 4)
            let shown = live.keys.sorted().filter { _ in isWhole || Bool.random(using: &generator) }
            for port in shown {
                guard let connection = live[port]?.connection, let start = connection.start else { continue }
                expected[Key(port: UInt64(port), start: start)] = connection.counters
            }
            node.poll(shown.compactMap { live[$0]?.connection }.shuffled(using: &generator), at: time, isWhole: isWhole)
        }
        _ = node.flush(at: time + 1)

        var sums: [Key: Connection.Counters] = [:]
        for record in node.records {
            let key = Key(
                port: try #require(record[unsigned: .sourceTransportPort]), start: try #require(record[time: .flowStartMilliseconds]))
            var sum = sums[key] ?? Connection.Counters()
            sum.packets += try #require(record[unsigned: .packetDeltaCount])
            sum.octets += try #require(record[unsigned: .octetDeltaCount])
            sum.reversePackets += try #require(record[unsigned: .reversePacketDeltaCount])
            sum.reverseOctets += try #require(record[unsigned: .reverseOctetDeltaCount])
            #expect(record[unsigned: .octetTotalCount] == sum.octets && record[unsigned: .reversePacketTotalCount] == sum.reversePackets)
            sums[key] = sum
        }
        #expect(sums == expected)
    }

    /// The connection a while later: grown, quiet, ended, gone, or another on the same port.
    private func next(
        _ current: Simulated?, port: UInt16, time: Double, id: inout UInt32, using generator: inout SeededGenerator
    ) -> Simulated? {
        guard var simulated = current, !generator.isOnce(in: 8) else {
            guard Bool.random(using: &generator) else { return nil }
            id += 1
            return Simulated(connection: .sample(port: port, id: id, start: .at(time)).counted(.random(in: 1...5, using: &generator)))
        }
        if Bool.random(using: &generator), var counters = simulated.connection.counters {
            counters.packets += .random(in: 0...9, using: &generator)
            counters.octets += .random(in: 0...9999, using: &generator)
            counters.reversePackets += .random(in: 0...9, using: &generator)
            counters.reverseOctets += .random(in: 0...9999, using: &generator)
            simulated.connection.counters = counters
        }
        if generator.isOnce(in: 6) { simulated.connection.tcpState = .timeWait }
        return simulated
    }
}
