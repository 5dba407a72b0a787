// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Metering
import Testing

/// Growth of counters that a switch may begin anew at any time.
@Suite struct SwitchMeterTests {
    private let rule = PolicyRuleID(number: 7, direction: .ingress, action: .allow)

    private func count(_ packets: UInt64, age: Int, flow: UInt64 = 1, rule: UInt32 = 7) -> RuleCount {
        RuleCount(
            rule: PolicyRuleID(number: rule, direction: .ingress, action: .allow),
            flow: SwitchFlow(table: 1, priority: 1, matchDigest: flow), counters: RuleCounters(packets: packets, octets: packets * 10),
            age: .seconds(age))
    }

    private func growth(_ polls: [(at: Int64, counts: [RuleCount])]) -> [UInt64?] {
        var meter = RuleMeter(nodeName: "n")
        return polls.map { poll in meter.observe(poll.counts, at: Timestamp(seconds: poll.at)).first?.growth.packets }
    }

    @Test("the first reading is where growth begins; a flow that comes later has grown by all it counts")
    func first() {
        #expect(growth([(0, [count(100, age: 900)]), (60, [count(110, age: 960)])]) == [0, 10])
        #expect(growth([(0, []), (60, [count(5, age: 20)])]) == [nil, 5])
    }

    @Test("nothing is reported where nothing was counted")
    func silence() {
        #expect(growth([(0, [count(1, age: 0)]), (60, [count(1, age: 60)]), (120, [])]) == [0, nil, nil])
    }

    @Test("a flow installed again counts from zero, whether it shows less or more than before")
    func reinstalled() {
        #expect(growth([(0, [count(100, age: 900)]), (60, [count(3, age: 30)])]) == [0, 3])
        #expect(growth([(0, [count(100, age: 900)]), (60, [count(150, age: 30)])]) == [0, 150])
        let other = count(0, age: 960, flow: 2)
        // Its age has grown, but less than that of others.
        #expect(growth([(0, [count(9, age: 1), count(0, age: 900, flow: 2)]), (60, [count(20, age: 40), other])]) == [0, 20])
    }

    @Test("a step of our clock is no restart of the switch", arguments: [-86_400, -1, 61, 86_400] as [Int64])
    func clockStep(step: Int64) {
        #expect(growth([(0, [count(100, age: 900)]), (60 + step, [count(110, age: 960)])]) == [0, 10])
    }

    @Test("flows of one rule are added, and one of them reset does not touch the others")
    func flowsOfOneRule() {
        var meter = RuleMeter(nodeName: "n")
        _ = meter.observe([count(10, age: 60), count(20, age: 60, flow: 2)], at: Timestamp(seconds: 0))
        let next = meter.observe([count(1, age: 5), count(25, age: 120, flow: 2)], at: Timestamp(seconds: 60))
        #expect(next.first?.growth == RuleCounters(packets: 6, octets: 60) && meter.resets == 1)
        #expect(next.first?.total == RuleCounters(packets: 36, octets: 360) && next.first?.rule == rule)
        #expect(next.first?.intervalStart == Timestamp(seconds: 0) && next.first?.time == Timestamp(seconds: 60))
    }

    @Test("a total is carried on over a rule that was gone for a while, but not for ever")
    func gone() {
        var meter = RuleMeter(nodeName: "n", forgetAfter: .seconds(300))
        _ = meter.observe([count(10, age: 60)], at: Timestamp(seconds: 0))
        _ = meter.observe([], at: Timestamp(seconds: 60))
        #expect(meter.observe([count(2, age: 1)], at: Timestamp(seconds: 120)).first?.total.packets == 12)
        _ = meter.observe([], at: Timestamp(seconds: 420))
        #expect(meter.observe([count(3, age: 1)], at: Timestamp(seconds: 480)).first?.total.packets == 3)
    }

    @Test("beyond the capacity readings are counted and passed over")
    func capacity() {
        var meter = RuleMeter(nodeName: "n", capacity: 2)
        let many = (1...5).map { count(UInt64($0), age: 1, flow: UInt64($0), rule: UInt32($0)) }
        #expect(meter.observe(many, at: Timestamp(seconds: 0)).count == 2 && meter.refused == 3)
        #expect(meter.observe(many + many, at: Timestamp(seconds: 60)).isEmpty)
    }

    @Test("growth adds up to what the switch counted, however often flows are reset", arguments: 0..<20 as Range<UInt64>)
    func sums(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var meter = RuleMeter(nodeName: "n")
        var flows = (0..<5).map { (packets: UInt64.random(in: 0...100, using: &generator), installed: -Int64($0) * 50) }
        var counted: UInt64 = 0, grown: UInt64 = 0
        for poll in 0..<50 {
            let now = Int64(poll) * 60
            // Flow 0 stays: by it the switch's own clock is known.
            for index in flows.indices where poll > 0 && (index == 0 || Int.random(in: 0..<4, using: &generator) > 0) {
                if index > 0, Int.random(in: 0..<5, using: &generator) == 0 {
                    flows[index] = (0, now - Int64.random(in: 2...50, using: &generator))
                }
                let more = UInt64.random(in: 0...1000, using: &generator)
                flows[index].packets += more
                counted += more
            }
            let counts = flows.enumerated().map { count($1.packets, age: Int(now - $1.installed), flow: UInt64($0)) }
            for statistics in meter.observe(counts, at: Timestamp(seconds: now)) { grown += statistics.growth.packets }
        }
        #expect(grown == counted, "seed \(seed)")
    }

    @Test("what a port does not count stays unknown in growth and total")
    func unknownCounters() {
        let port = SwitchPort(number: 3, interface: "p", pod: nil)
        var meter = PortMeter(nodeName: "n")
        func reading(_ packets: UInt64, age: Int) -> [PortCount] {
            [PortCount(number: 3, counters: PortCounters(receivedPackets: packets), age: .seconds(age))]
        }
        let first = meter.observe(reading(5, age: 10), ports: [port], at: Timestamp(seconds: 0))
        #expect(first.map(\.growth) == [PortCounters(receivedPackets: 0)] && first.map(\.total) == [PortCounters(receivedPackets: 5)])
        let second = meter.observe(reading(9, age: 70), ports: [port], at: Timestamp(seconds: 60))
        #expect(second.map(\.growth) == [PortCounters(receivedPackets: 4)] && second.map(\.total) == [PortCounters(receivedPackets: 9)])
        #expect(meter.observe(reading(9, age: 130), ports: [port], at: Timestamp(seconds: 120)).isEmpty)
        #expect(meter.observe(reading(10, age: 190), ports: [], at: Timestamp(seconds: 180)).isEmpty, "a number without a port")
    }

    @Test("a number that another interface took over is another port")
    func renumbered() {
        var meter = PortMeter(nodeName: "n")
        let counters = [PortCount(number: 3, counters: PortCounters(sentPackets: 5), age: .seconds(1))]
        _ = meter.observe(counters, ports: [SwitchPort(number: 3, interface: "a", pod: nil)], at: Timestamp(seconds: 0))
        let next = meter.observe(counters, ports: [SwitchPort(number: 3, interface: "b", pod: nil)], at: Timestamp(seconds: 60))
        #expect(next.map(\.port.interface) == ["b"] && next.first?.growth.sentPackets == 5)
    }
}
