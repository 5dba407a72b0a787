// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Metering
import PacketCapture
import Testing

/// Many connections, few places, and what is told of them.
@Suite struct MeteringTableTests {
    private func frame(_ port: Int, at time: Int64) -> Frame {
        Packets.frame(Conversation.ipv4(.client, Packets.udp([1], from: port, to: 53)), milliseconds: time)
    }

    @Test("when there is no room the most silent connection goes, and is told")
    func displaced() {
        var configuration = PacketMeter.Configuration()
        configuration.capacity = 2
        let metering = Metering([frame(1, at: 1), frame(2, at: 2), frame(1, at: 3), frame(3, at: 4)], configuration)
        #expect(metering.counts == ["1/29 0/0", "2/58 0/0", "1/29 0/0"])
        #expect(metering.ends == [.displaced, nil, nil])
        #expect(metering.connections[0].connection.original.sourcePort == 2)
        #expect(metering.statistics.begun == 3 && metering.statistics.displaced == 1)
    }

    @Test("ends that nobody takes are counted when there is no room for them")
    func untold() {
        var configuration = PacketMeter.Configuration()
        configuration.capacity = 2
        let metering = Metering((1...10).map { frame($0, at: Int64($0)) }, configuration)
        #expect(metering.connections.count == 4 && metering.statistics.endsUntold == 6 && metering.statistics.displaced == 8)
    }

    @Test("events tell what began, what went on and what ended, once each")
    func events() {
        var meter = PacketMeter(.init(), seed: 1)
        var told: [String] = []
        func take(_ captured: CapturedConnection, _ kind: ConnectionEvent.Kind) {
            told.append("\(kind) \(captured.connection.original.sourcePort) \(captured.connection.counters?.packets ?? 0)")
        }
        meter.receive(frame(1, at: 1))
        meter.receive(frame(2, at: 2))
        meter.receive(frame(1, at: 3))
        meter.takeEvents(take)
        #expect(told == ["new 1 2", "new 2 1"])
        meter.takeEvents(take)
        #expect(told.count == 2)
        meter.receive(frame(2, at: 4))
        meter.receive(frame(3, at: 30_003))
        meter.takeEvents(take)
        #expect(told.dropFirst(2) == ["destroyed 1 2", "updated 2 2", "new 3 1"])
        // Another connection in the place of one that changed and ended before it was told.
        meter.receive(frame(2, at: 30_003))
        meter.advance(to: Timestamp(milliseconds: 70_000))
        meter.receive(frame(4, at: 70_000))
        meter.takeEvents(take)
        #expect(told.dropFirst(5) == ["destroyed 3 1", "destroyed 2 3", "new 4 1"])
    }

    @Test("a clock that is set back ends nothing and keeps counting silence", arguments: [Int64(5_000), 3_600_000])
    func clockSetBack(by step: Int64) {
        let start: Int64 = 10_000_000
        let back = start - step
        let metering = Metering([frame(1, at: start), frame(1, at: back), frame(2, at: back + 29_000), frame(2, at: back + 40_000)])
        #expect(metering.connections.first { $0.connection.original.sourcePort == 1 }?.connection.counters?.packets == 2)
        #expect(metering.connections.count == 2)
        #expect(metering.connections.first { $0.connection.original.sourcePort == 1 }?.end == .idle)
    }

    @Test("no time of a frame does harm", arguments: [Int64.min, -1, .max, .max - 1])
    func extremeTimes(time: Int64) {
        let frames = [frame(1, at: time), frame(1, at: 0), frame(1, at: time), frame(2, at: .max), frame(2, at: .min)]
        #expect(Metering(frames).statistics.metered == 5)
    }

    @Test("the table says what a dictionary would, through growth, ends and displacement", arguments: [1, 2, 3])
    func againstModel(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var configuration = PacketMeter.Configuration()
        configuration.timeouts[.udp] = .milliseconds(500)
        var model: [Int: (packets: UInt64, last: Int64)] = [:]
        var expected: [String] = []
        var meter = PacketMeter(configuration, seed: seed)
        var now: Int64 = 0
        for _ in 0..<20_000 {
            now += Int64.random(in: 0...2, using: &random)
            let port = Int.random(in: 1...900, using: &random)
            if let entry = model[port], now - entry.last >= 500 {
                expected.append("\(port) \(entry.packets) \(entry.last)")
                model[port] = nil
            }
            model[port] = ((model[port]?.packets ?? 0) + 1, now)
            meter.receive(frame(port, at: now))
        }
        var found: [String] = []
        func take(_ captured: CapturedConnection) {
            found.append(
                "\(captured.connection.original.sourcePort) \(captured.connection.counters?.packets ?? 0) \(captured.last.milliseconds)")
        }
        meter.takeEnds(take)
        meter.takeConnections(take)
        expected += model.map { "\($0.key) \($0.value.packets) \($0.value.last)" }
        #expect(found.sorted() == expected.sorted())
        #expect(meter.statistics.begun == UInt64(found.count))
    }
}
