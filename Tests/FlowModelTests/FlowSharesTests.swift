// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@Suite struct FlowSharesTests {
    private let names = ["tcp://a:4739", "tcp://b:4739", "tcp://c:4739", "tcp://d:4739"]

    private func flows(seed: UInt64, _ count: Int = 4000) -> [FlowRecord] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var flow = FlowRecord()
            let isV6 = generator.isOnce(in: 3)
            for field in [FlowField.sourceIPAddress, .destinationIPAddress] {
                let host = UInt64.random(in: 0...500, using: &generator)
                flow[address: field] = isV6 ? IPAddress(high: 0xFD10 << 48, low: host) : IPAddress(v4: 0x0A0A_0000 | UInt32(host))
            }
            flow[unsigned: .sourceTransportPort] = UInt64.random(in: 1024...65_535, using: &generator)
            flow[unsigned: .destinationTransportPort] = [80, 443, 5432].randomElement(using: &generator)
            flow[unsigned: .protocolIdentifier] = [6, 17].randomElement(using: &generator)
            return flow
        }
    }

    private func turned(_ flow: FlowRecord) -> FlowRecord {
        var other = flow
        other[address: .sourceIPAddress] = flow[address: .destinationIPAddress]
        other[address: .destinationIPAddress] = flow[address: .sourceIPAddress]
        other[unsigned: .sourceTransportPort] = flow[unsigned: .destinationTransportPort]
        other[unsigned: .destinationTransportPort] = flow[unsigned: .sourceTransportPort]
        return other
    }

    @Test("both directions, at whatever time, go to the same receiver", arguments: 1...3 as ClosedRange<UInt64>)
    func symmetric(seed: UInt64) {
        let shares = FlowShares(among: names)
        for flow in flows(seed: seed) {
            var other = turned(flow)
            other[time: .flowStartMilliseconds] = Timestamp(seconds: 1_700_000_000)
            #expect(shares.receiver(of: flow) == shares.receiver(of: other))
        }
    }

    @Test("the order of the names does not matter")
    func order() {
        let shares = FlowShares(among: names), reversed = FlowShares(among: names.reversed())
        for flow in flows(seed: 4) { #expect(names[shares.receiver(of: flow)] == names.reversed()[reversed.receiver(of: flow)]) }
    }

    @Test("shares are even to a tenth", arguments: 2...4)
    func balance(count: Int) {
        let shares = FlowShares(among: Array(names.prefix(count)))
        var sizes = Array(repeating: 0, count: count)
        for flow in flows(seed: 5, 20_000) { sizes[shares.receiver(of: flow)] += 1 }
        #expect(sizes.allSatisfy { abs($0 - 20_000 / count) < 2_000 / count }, "\(sizes)")
    }

    @Test("when a receiver goes only its share moves", arguments: 0..<4)
    func removal(gone: Int) {
        let before = FlowShares(among: names)
        var rest = names
        rest.remove(at: gone)
        let after = FlowShares(among: rest)
        for flow in flows(seed: 6) where before.receiver(of: flow) != gone {
            #expect(rest[after.receiver(of: flow)] == names[before.receiver(of: flow)])
        }
    }
}
