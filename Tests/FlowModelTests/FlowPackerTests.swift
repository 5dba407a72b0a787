// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@Suite struct FlowPackerTests {
    private func records(_ count: Int, _ names: inout NameTable, seed: UInt64) -> [FlowRecord] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            FlowRecord.random(family: generator.isOnce(in: 3) ? .v6 : .v4, names: &names, using: &generator)
        }
    }

    private func pack(_ flows: [FlowRecord], _ packer: inout FlowPacker, _ names: borrowing NameTable) -> [MessageBody] {
        var bodies: [MessageBody] = []
        for flow in flows {
            if let body = packer.append(flow, names: names) { bodies.append(body) }
        }
        if let body = packer.flush() { bodies.append(body) }
        return bodies
    }

    @Test(
        "bodies keep to the length, and every record comes back in order", arguments: ExportProfile.allCases,
        [(1400, 1), (1400, 2), (700, 3), (16_384, 4), (65_535, 5)] as [(Int, UInt64)])
    func lengths(profile: ExportProfile, limit: (length: Int, seed: UInt64)) throws {
        var names = NameTable(seed: limit.seed)
        let flows = records(300, &names, seed: limit.seed)
        var packer = FlowPacker(profile: profile, maximumLength: limit.length)
        let bodies = pack(flows, &packer, names)
        #expect(bodies.reduce(0) { $0 + $1.recordCount } == 300)

        var decoding = Decoding()
        _ = try decoding.flows(Wire.message(packer.templateBodies.flatMap { $0 }))
        var read: [FlowRecord] = []
        for body in bodies {
            let message = Wire.message(body.sets)
            #expect(message.count <= limit.length || body.recordCount == 1)
            let flows = try decoding.flows(message)
            #expect(flows.count == Int(body.recordCount))
            read += flows
        }
        #expect(read.map { $0[address: .sourceIPAddress] } == flows.map { $0[address: .sourceIPAddress] })
        #expect(read.map { $0[unsigned: .octetTotalCount] ?? 0 } == flows.map { $0[unsigned: .octetTotalCount] ?? 0 })
        for (a, b) in zip(read, flows) {
            #expect(a[name: .sourcePodName].map { decoding.names.text(of: $0) } == b[name: .sourcePodName].map { names.text(of: $0) })
        }
    }

    @Test("bodies are filled: none could have taken the next record")
    func filled() {
        var names = NameTable(seed: 9)
        let flows = records(200, &names, seed: 9).filter { $0[address: .sourceIPAddress]?.family == .v4 && $0.isKnown(.octetTotalCount) }
        var packer = FlowPacker(profile: .antrea, maximumLength: 1400)
        var encoder = FlowEncoder(profile: .antrea)
        let bodies = pack(flows, &packer, names)
        var next = 0
        for body in bodies.dropLast() {
            next += Int(body.recordCount)
            #expect(16 + body.sets.count + encoder.encode(flows[next], by: 0, names: names).count > 1400)
        }
    }

    @Test("records of a message are limited: one each for collectors that read no more", arguments: [1, 2, 7])
    func recordLimit(maximum: Int) {
        var names = NameTable(seed: 2)
        var packer = FlowPacker(profile: .antrea, maximumLength: 16_384, maximumRecords: maximum)
        let bodies = pack(records(20, &names, seed: 2), &packer, names)
        #expect(bodies.count == (20 + maximum - 1) / maximum)
        #expect(bodies.dropLast().allSatisfy { Int($0.recordCount) == maximum })
    }

    @Test("a record longer than the limit goes alone")
    func tooLong() {
        var names = NameTable(seed: 4)
        var packer = FlowPacker(profile: .weir, maximumLength: 100)
        let bodies = pack(records(5, &names, seed: 4), &packer, names)
        #expect(bodies.map(\.recordCount) == [1, 1, 1, 1, 1])
    }

    @Test("nothing added, nothing to send")
    func empty() {
        var packer = FlowPacker(profile: .weir, maximumLength: 1400)
        #expect(packer.flush()?.sets == nil)
    }
}
