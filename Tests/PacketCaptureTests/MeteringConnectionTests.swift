// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import PacketCapture
import Testing

/// Packets of both directions become one connection.
@Suite struct MeteringConnectionTests {
    private let syn = 0x02, synAck = 0x12, ack = 0x10, finAck = 0x11, rst = 0x04

    private func opened() -> Conversation {
        var traffic = Conversation()
        traffic.tcp(.client, syn, number: 1000)
        traffic.tcp(.server, synAck, number: 5000, acknowledging: 1001)
        traffic.tcp(.client, ack, number: 1001, acknowledging: 5001)
        return traffic
    }

    @Test("a TCP connection has the octets of its IP packets and of its frames by direction, and conntrack's states")
    func wholeConnection() throws {
        var traffic = opened()
        #expect(Metering(traffic.frames).states == [.established])
        traffic.tcp(.client, ack, number: 1001, octets: 100)
        traffic.tcp(.server, ack, number: 5001, octets: 200)
        traffic.tcp(.client, finAck)
        #expect(Metering(traffic.frames).states == [.finWait])
        traffic.tcp(.server, ack)
        #expect(Metering(traffic.frames).states == [.closeWait])
        traffic.tcp(.server, finAck)
        #expect(Metering(traffic.frames).states == [.lastAck])
        traffic.tcp(.client, ack)
        let metering = Metering(traffic.frames)
        #expect(metering.states == [.timeWait])
        #expect(metering.counts == ["5/300 4/360"])
        let captured = try #require(metering.connections.first)
        #expect(captured.first.milliseconds == 1 && captured.last.milliseconds == 9)
        #expect(captured.frameOctets == 300 && captured.reverseFrameOctets == 360)
        #expect(captured.connection.original.source == Conversation.client && captured.connection.original.destinationPort == 80)
        #expect(captured.connection.reply.source == Conversation.server && captured.connection.reply.sourcePort == 80)
        #expect(captured.connection.status.contains(.seenReply) && captured.connection.stop == nil)
    }

    @Test("the sender of the SYN is the originator, also where the answer is the first that was captured")
    func answerFirst() {
        var traffic = Conversation()
        traffic.tcp(.server, synAck, number: 5000, acknowledging: 1001)
        traffic.tcp(.client, syn, number: 1000)
        traffic.tcp(.client, ack)
        let metering = Metering(traffic.frames)
        #expect(metering.connections.map(\.connection.original.source) == [Conversation.client])
        #expect(metering.counts == ["2/80 1/40"] && metering.states == [.established])
    }

    @Test("a SYN after the end begins another connection, whoever sends it; the same SYN again does not")
    func reusedPorts() {
        var traffic = opened()
        traffic.tcp(.server, rst)
        #expect(Metering(traffic.frames).states == [.close])
        traffic.tcp(.server, syn, number: 9000)
        let reversed = Metering(traffic.frames)
        #expect(reversed.states == [.close, .synSent] && reversed.ends == [.closed, nil])
        #expect(reversed.connections.map(\.connection.original.source) == [Conversation.client, Conversation.server])
        var again = Conversation()
        for _ in 0..<3 { again.tcp(.client, syn, number: 1000) }
        #expect(Metering(again.frames).counts == ["3/120 0/0"])
        again.tcp(.client, syn, number: 2000)
        #expect(Metering(again.frames).counts == ["3/120 0/0", "1/40 0/0"])
    }

    @Test("a SYN from both ends at once is one connection")
    func simultaneousOpen() {
        var traffic = Conversation()
        traffic.tcp(.client, syn, number: 1000)
        traffic.tcp(.server, syn, number: 5000)
        #expect(Metering(traffic.frames).states == [.synSent2])
        traffic.tcp(.client, synAck, number: 1000, acknowledging: 5001)
        traffic.tcp(.server, synAck, number: 5000, acknowledging: 1001)
        traffic.tcp(.client, ack)
        #expect(Metering(traffic.frames).states == [.established])
    }

    @Test("a connection whose beginning was not captured goes on from where it was seen, until a SYN")
    func pickedUp() {
        var traffic = Conversation()
        traffic.tcp(.server, ack, octets: 5)
        traffic.tcp(.client, ack)
        #expect(Metering(traffic.frames).counts == ["1/45 1/40"])
        traffic.tcp(.client, syn, number: 1000)
        #expect(Metering(traffic.frames).states == [.established, .synSent])
    }

    @Test("silence ends a connection at its timeout and not before, and the next packet begins another")
    func idle() {
        var traffic = Conversation()
        traffic.udp(.client)
        traffic.udp(.client, after: 29_999)
        #expect(Metering(traffic.frames).counts == ["2/76 0/0"])
        traffic.udp(.client, after: 30_000)
        traffic.udp(.server, after: 1)
        traffic.udp(.client, after: 119_999)
        traffic.udp(.client, after: 120_000)
        let metering = Metering(traffic.frames)
        #expect(metering.counts == ["2/76 0/0", "2/76 1/38", "1/38 0/0"])
        #expect(metering.ends == [.idle, .idle, nil])
        #expect(metering.connections[0].connection.stop?.milliseconds == 30_000)
        var forever = PacketMeter.Configuration()
        forever.timeouts = .none
        #expect(Metering(traffic.frames, forever).counts == ["5/190 1/38"])
    }

    @Test("each state of TCP has its own timeout, and each may be another")
    func timeouts() {
        var traffic = opened()
        traffic.tcp(.client, ack, after: 431_999_999)
        #expect(Metering(traffic.frames).ends == [nil])
        var short = PacketMeter.Configuration()
        short.timeouts[.established] = .seconds(1)
        #expect(Metering(traffic.frames, short).ends == [.idle, nil])
    }

    @Test("an echo is told by its identifier, each end's own; errors and answers alone have their own too")
    func echo() {
        var traffic = Conversation()
        func message(_ type: UInt8, _ identifier: Int, code: UInt8 = 0) -> [UInt8] {
            [type, code, 0, 0] + Packets.big(identifier, 2) + [0, 1]
        }
        traffic.send(Conversation.ipv4(.client, message(8, 7), protocolNumber: 1))
        traffic.send(Conversation.ipv4(.server, message(0, 7), protocolNumber: 1))
        traffic.send(Conversation.ipv4(.server, message(8, 7), protocolNumber: 1))
        traffic.send(Conversation.ipv4(.client, message(8, 8), protocolNumber: 1))
        traffic.send(Conversation.ipv4(.server, message(3, 999, code: 3), protocolNumber: 1))
        traffic.send(Conversation.ipv4(.client, message(0, 9), protocolNumber: 1))
        traffic.send(Conversation.ipv6(.client, message(128, 7), next: 58))
        traffic.send(Conversation.ipv6(.server, message(129, 7), next: 58))
        let metering = Metering(traffic.frames)
        #expect(metering.counts == ["1/28 1/28", "1/28 0/0", "1/28 0/0", "1/28 0/0", "0/0 1/28", "1/48 1/48"])
        let messages = metering.connections.map {
            "\($0.connection.original.icmp?.identifier ?? 1) \($0.connection.original.icmp?.type ?? 1)"
        }
        #expect(messages == ["7 8", "7 8", "8 8", "0 3", "9 8", "7 128"])
        #expect(metering.connections[0].connection.reply.icmp?.type == 0 && metering.connections[5].connection.reply.icmp?.type == 129)
        #expect(metering.connections[4].connection.original.source == Conversation.server)
    }

    @Test("SCTP has ports, begins anew after its end, and other protocols are told by number")
    func otherProtocols() {
        var traffic = Conversation()
        func sctp(_ chunk: UInt8, _ source: Int, _ destination: Int) -> [UInt8] {
            Packets.big(source, 2) + Packets.big(destination, 2) + [0, 0, 0, 0, 0, 0, 0, 0, chunk, 0, 0, 4]
        }
        traffic.send(Conversation.ipv4(.server, sctp(2, 36_412, 5000), protocolNumber: 132))
        traffic.send(Conversation.ipv4(.client, sctp(1, 5000, 36_412), protocolNumber: 132))
        traffic.send(Conversation.ipv4(.client, sctp(14, 5000, 36_412), protocolNumber: 132))
        traffic.send(Conversation.ipv4(.client, sctp(1, 5000, 36_412), protocolNumber: 132))
        traffic.send(Conversation.ipv4(.server, [1, 2, 3], protocolNumber: 112))
        let metering = Metering(traffic.frames)
        #expect(metering.counts == ["2/72 1/36", "1/36 0/0", "1/23 0/0"])
        #expect(metering.connections.map(\.connection.protocolIdentifier) == [132, 132, 112])
        #expect(metering.connections[0].connection.original.destinationPort == 36_412)
    }

    @Test("a host that speaks with itself has both directions where ports differ")
    func itself() {
        let loopback = IPAddress(v4: 0x7F00_0001)
        func packet(_ source: Int, _ destination: Int) -> [UInt8] {
            var octets = Conversation.ipv4(.client, Packets.udp([1], from: source, to: destination))
            octets.replaceSubrange(12..<20, with: loopback.octets + loopback.octets)
            return octets
        }
        var traffic = Conversation()
        traffic.send(packet(53, 4000))
        traffic.send(packet(4000, 53))
        traffic.send(packet(53, 53))
        #expect(Metering(traffic.frames).counts == ["1/29 1/29", "1/29 0/0"])
    }
}
