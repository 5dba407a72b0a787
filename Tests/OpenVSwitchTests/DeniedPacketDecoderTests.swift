// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

@Suite struct DeniedPacketDecoderTests {
    private let time = Timestamp(seconds: 1_800_000_000)

    private func outcomes(_ path: String) throws -> [DeniedPacketDecoder.Outcome] {
        var stream = OpenFlowStream()
        stream.consume(try Fixture.octets(path)[...])
        var outcomes: [DeniedPacketDecoder.Outcome] = []
        while let message = try stream.next() { outcomes.append(DeniedPacketDecoder().decode(message.octets, at: time)) }
        return outcomes
    }

    @Test("recorded denials of both directions and families tell packet, rule, direction and label")
    func recordedDenials() throws {
        let outcomes = try outcomes("openflow/packet-in2-deny.of15.bin")
        try #require(outcomes.count == 10 && outcomes[0] == .ignored(.notAPacketIn))
        func expected(
            _ source: String, _ sourcePort: UInt16, _ destination: String, _ port: UInt16, _ number: UInt8, octets: UInt32
        ) -> DeniedPacketDecoder.Outcome {
            let isIngress = number == 6
            return .denied(
                DeniedConnection(
                    tuple: .init(
                        source: IPAddress(source)!, destination: IPAddress(destination)!, sourcePort: sourcePort, destinationPort: port),
                    protocolIdentifier: number, rule: isIngress ? 0x29A : 0x29B, action: .drop, direction: isIngress ? .ingress : .egress,
                    label: .init(low: isIngress ? 0xC9_0000_0000 : 0), octets: octets, time: time))
        }
        #expect(outcomes[1] == expected("10.10.1.2", 35478, "10.10.1.3", 9999, 6, octets: 60))
        #expect(outcomes[2] == outcomes[1], "TCP tries again")
        #expect(outcomes[3] == expected("10.10.1.2", 44183, "10.10.2.4", 9998, 17, octets: 92))
        #expect(outcomes[4] == expected("fd10:10:1::2", 33278, "fd10:10:1::3", 9999, 6, octets: 80))
        #expect(outcomes[6] == expected("fd10:10:1::2", 42402, "fd10:10:2::4", 9998, 17, octets: 112))
        #expect(outcomes.dropFirst().allSatisfy { if case .denied = $0 { true } else { false } })
    }

    @Test("OpenFlow 1.3, with one register a field, tells the same")
    func version13() throws {
        let denied = try outcomes("openflow/packet-in2-deny.of13.bin").dropFirst().map { outcome -> DeniedConnection? in
            if case .denied(let connection) = outcome { connection } else { nil }
        }
        #expect(denied.map { $0?.rule } == [0x29A, 0x29A, 0x29B, 0x29A, 0x29A])
        #expect(denied.map { $0?.direction } == [.ingress, .ingress, .egress, .ingress, .ingress])
        #expect(denied.map { $0?.octets } == [60, 60, 34, 80, 80])
    }

    @Test(
        "register 0 holds what became of the packet",
        arguments: [(0, nil), (1, .drop), (2, .reject), (3, nil)] as [(UInt32, DeniedConnection.Action?)])
    func dispositions(bits: UInt32, action: DeniedConnection.Action?) {
        let outcome = DeniedPacketDecoder().decode(PacketInBuilder(registers: [0: bits << 11 | 0x403]).message, at: time)
        if let action {
            guard case .denied(let denied) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(denied.action == action && denied.rule == nil)
        } else {
            #expect(outcome == .ignored(.allowed))
        }
    }

    @Test(
        "the direction is that of the table, or of the one register 2 names",
        arguments: [(40, 0, .egress), (70, 0, .ingress), (71, 0, nil), (40, 70, .ingress), (70, 0x1228, .egress), (70, 99, nil)]
            as [(UInt8, UInt32, DeniedConnection.Direction?)])
    func directions(table: UInt8, register: UInt32, direction: DeniedConnection.Direction?) {
        guard
            case .denied(let denied) = DeniedPacketDecoder().decode(
                PacketInBuilder(table: table, registers: [0: 0x800, 2: register]).message, at: time)
        else {
            Issue.record("not denied")
            return
        }
        #expect(denied.direction == direction)
    }

    @Test("only packets sent up for this purpose count", arguments: [[], [1], [0, 4], [1, 1], [1, 2], [2, 4]] as [[UInt8]])
    func userdata(octets: [UInt8]) {
        #expect(DeniedPacketDecoder().decode(PacketInBuilder(userdata: octets).message, at: time) == .ignored(.otherUserdata))
    }

    @Test("the original destination is told where it differs, and not for replies")
    func originalDestination() throws {
        func denied(_ address: UInt32, _ port: UInt16, state: UInt32 = 0x21) throws -> DeniedConnection {
            let builder = PacketInBuilder(conntrackState: state, originalDestination: (address, port))
            guard case .denied(let denied) = DeniedPacketDecoder().decode(builder.message, at: time) else { throw NotDenied() }
            return denied
        }
        #expect(try denied(0x0A60_000A, 80).originalDestination == IPAddress("10.96.0.10"))
        #expect(try denied(0x0A60_000A, 80).originalDestinationPort == 80)
        #expect(try denied(0x0A0A_0103, 9999).originalDestination == nil)
        #expect(try denied(0x0A0A_0103, 80).originalDestinationPort == 80, "a Service may change the port alone")
        #expect(try denied(0x0A60_000A, 80, state: 0x29).originalDestination == nil)
        #expect(try denied(0, 0).originalDestination == nil)
    }

    @Test("ICMP has identifier, type and code in place of ports; fragments have neither; ARP is no IP")
    func packets() throws {
        func denied(_ frame: [UInt8]) throws -> DeniedConnection {
            guard case .denied(let denied) = DeniedPacketDecoder().decode(PacketInBuilder(frame: frame).message, at: time) else {
                throw NotDenied()
            }
            return denied
        }
        let echo = try denied(PacketInBuilder.frame(number: 1, payload: [8, 0, 0, 0, 0x12, 0x34, 0, 1]))
        #expect(echo.tuple.icmp == .init(identifier: 0x1234, type: 8, code: 0) && echo.tuple.sourcePort == 0)
        let unreachable = try denied(PacketInBuilder.frame(number: 1, payload: [3, 1, 0, 0, 0x12, 0x34, 0, 1]))
        #expect(unreachable.tuple.icmp == .init(identifier: 0, type: 3, code: 1))
        let fragment = try denied(PacketInBuilder.frame(number: 17, payload: [0, 1, 0, 2], fragmentOffset: 100))
        #expect(fragment.tuple.sourcePort == 0 && fragment.protocolIdentifier == 17)
        let tagged = PacketInBuilder.frame(number: 6, payload: [0, 1, 0, 2])
        let vlan = try denied(Array(tagged[..<12]) + [0x81, 0, 0, 5] + Array(tagged[12...]))
        #expect(vlan.tuple.destinationPort == 2 && vlan.octets == 24)
        let arp = PacketInBuilder(frame: [UInt8](repeating: 0, count: 12) + [8, 6] + [UInt8](repeating: 0, count: 28)).message
        #expect(DeniedPacketDecoder().decode(arp, at: time) == .ignored(.notIP))
        // IPv6: hop-by-hop options, then a first fragment, then SCTP.
        let addresses = [UInt8](repeating: 0xFD, count: 32)
        let extensions: [UInt8] = [44, 0, 0, 0, 0, 0, 0, 0] + [132, 0, 0, 1, 0, 0, 0, 9] + [0, 7, 0, 8]
        let six = [UInt8](repeating: 0, count: 12) + [0x86, 0xDD, 0x60, 0, 0, 0, 0, 20, 0, 64] + addresses + extensions
        let sctp = try denied(six)
        #expect(sctp.protocolIdentifier == 132 && sctp.tuple.sourcePort == 7 && sctp.tuple.destinationPort == 8 && sctp.octets == 60)
    }

    @Test("no octets make it trap, and whole messages cut short are malformed", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var stream = OpenFlowStream()
        stream.consume(try Fixture.octets("openflow/packet-in2-deny.of15.bin")[...])
        _ = try stream.next()
        let message = try #require(try stream.next()).octets
        for length in 0..<message.count {
            #expect(DeniedPacketDecoder().decode(Array(message[..<length]), at: time) == .ignored(.malformed))
        }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 { _ = DeniedPacketDecoder().decode(generator.mutated(message), at: time) }
    }
}

private struct NotDenied: Error {}
