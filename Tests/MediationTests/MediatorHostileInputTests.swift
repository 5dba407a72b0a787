// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// Whatever octets an exporter sends, reading, mediating and storing go on, and every record is accounted for.
@Suite struct MediatorHostileInputTests {
    @Test(
        "mutated messages stop nothing on the way to the store", arguments: ["gen-antrea.ipfix", "gen-biflow.ipfix"], [1, 2, 3] as [UInt64])
    func mutation(name: String, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let run = Run { $0.capacity = 200 }
        var reader = SessionReader(exporter: "udp://192.0.2.1")
        let messages = try MessageStream.messages(ofFile: "ipfix/\(name)")
        var malformed: UInt64 = 0
        for step in 0..<400 {
            var message = step < messages.count ? messages[step] : messages.randomElement(using: &generator) ?? []
            if step >= messages.count {
                for _ in 0..<Int.random(in: 1...20, using: &generator) {
                    let octet: UInt8 =
                        generator.isOnce(in: 3)
                        ? [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0 : .random(in: 0...255, using: &generator)
                    message[.random(in: 16..<message.count, using: &generator)] = octet
                }
            }
            var flows: [FlowRecord] = []
            let error = reader.read(message, at: .at(Double(step)), names: &run.names) { flow, _ in
                flows.append(flow)
                return .merged
            }
            if error != nil { malformed += 1 }
            for flow in flows { _ = run.mediator.receive(flow, at: .at(Double(step))) }
            run.advance(to: Double(step))
            #expect(run.mediator.connectionCount <= 200)
        }
        run.flush()
        let minutes = reader.takeMinutes(names: run.names)
        let statistics = run.mediator.statistics
        #expect(minutes.reduce(0) { $0 + $1.malformed } == malformed && minutes.reduce(0) { $0 + $1.records } == statistics.received)
        #expect(statistics.isBalanced && statistics.held == UInt64(run.mediator.openCount))
        #expect(statistics.connections == UInt64(run.connections.count))
    }
}
