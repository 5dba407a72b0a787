// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import PacketCapture
import Testing

/// Every frame is counted once, whatever it carries.
@Suite struct MeteringFrameTests {
    private let datagram = Packets.udp([UInt8](repeating: 1, count: 10), from: 1, to: 2)

    @Test("octets are those of the IP packet, frame octets those of the link, tags and padding included")
    func layers() {
        let packet = Conversation.ipv4(.client, datagram)
        let frames: [(LinkType, [UInt8], UInt64)] = [
            (.ethernet, Packets.ethernet(packet) + [0, 0, 0, 0, 0, 0, 0, 0], 60), (.ethernet, Packets.ethernet(packet, tags: [0x8100]), 56),
            (.ethernet, Packets.ethernet(packet, tags: [0x88A8, 0x8100]), 60),
            (.linuxCooked, [UInt8](repeating: 0, count: 14) + [8, 0] + packet, 54),
            (.linuxCooked2, [8, 0] + [UInt8](repeating: 0, count: 18) + packet, 58), (.rawIP, packet, 38),
        ]
        for (linkType, octets, expected) in frames {
            let metering = Metering([Packets.frame(octets, linkType)])
            #expect(metering.counts == ["1/38 0/0"], "\(linkType)")
            #expect(metering.connections.map(\.frameOctets) == [expected], "\(linkType)")
        }
    }

    @Test("an IPv6 packet is as long as its header and payload, extension headers included")
    func extensionHeaders() {
        let options: [UInt8] = [17, 0, 1, 4, 0, 0, 0, 0]
        let metering = Metering([Packets.frame(Conversation.ipv6(.client, options + datagram, next: 0))])
        #expect(metering.counts == ["1/66 0/0"])
        #expect(metering.connections.map(\.connection.original.destinationPort) == [2])
    }

    @Test("a packet whose length the network card has yet to write is as long as the frame lets it be")
    func lengthOfZero() {
        var packet = Conversation.ipv4(.client, datagram)
        packet.replaceSubrange(2..<4, with: [0, 0])
        #expect(Metering([Packets.frame(Packets.ethernet(packet), .ethernet)]).counts == ["1/38 0/0"])
        packet.replaceSubrange(2..<4, with: [255, 255])
        #expect(Metering([Packets.frame(Packets.ethernet(packet), .ethernet)]).counts == ["1/38 0/0"])
    }

    @Test("a frame that the capture cut counts as long as it was; without ports it goes to a connection of ports 0")
    func cutFrames() {
        let frame = Packets.ethernet(Conversation.ipv4(.client, datagram))
        let whole = Metering([Packets.frame(frame, .ethernet, cutTo: 38)])
        #expect(whole.counts == ["1/38 0/0"] && whole.statistics.cut == 1 && whole.statistics.withoutPorts == 0)
        let portless = Metering([Packets.frame(frame, .ethernet, cutTo: 36)])
        #expect(portless.counts == ["1/38 0/0"] && portless.statistics.withoutPorts == 1)
        #expect(portless.connections.map(\.connection.original.sourcePort) == [0])
        for length in 0...frame.count {
            let statistics = Metering([Packets.frame(frame, .ethernet, cutTo: length)]).statistics
            #expect(statistics.frames == 1 && statistics.metered == (length < 34 ? 0 : 1))
        }
    }

    @Test("fragments are counted to the connection of their first, in any order")
    func fragments() {
        let parts = (0..<3).map { part in
            let payload = part == 0 ? Array(datagram.prefix(8)) : [UInt8](repeating: 1, count: part == 2 ? 2 : 8)
            return Conversation.ipv4(.client, payload, offset: part * 8, hasMore: part < 2)
        }
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
            var traffic = Conversation()
            for part in order { traffic.send(parts[part]) }
            traffic.udp(.server)
            let metering = Metering(traffic.frames)
            #expect(metering.counts.sorted() == ["1/38 0/0", "3/78 0/0"], "\(order)")
            #expect(metering.statistics.metered == 4 && metering.statistics.waiting == 0 && metering.statistics.fragments == 3)
            #expect(metering.connections.map(\.first.milliseconds) == [1, 4])
        }
        let late = Metering([Packets.frame(parts[1]), Packets.frame(parts[0], milliseconds: 31_000)])
        #expect(late.counts == ["1/28 0/0", "1/28 0/0"] && late.statistics.fragmentsAlone == 1)
        #expect(late.connections.map(\.connection.original.destinationPort).sorted() == [0, 2])
    }

    @Test("IPv6 fragments have the ports behind the headers of the first")
    func fragments6() {
        func part(_ payload: [UInt8], next: UInt8, offset: Int, isLast: Bool) -> [UInt8] {
            Conversation.ipv6(.client, [next, 0] + Packets.big(offset | (isLast ? 0 : 1), 2) + [0, 0, 0, 9] + payload, next: 44)
        }
        let options: [UInt8] = [17, 0, 1, 4, 0, 0, 0, 0]
        var traffic = Conversation()
        traffic.send(part(options + datagram.prefix(8), next: 60, offset: 0, isLast: false))
        traffic.send(part([UInt8](repeating: 1, count: 10), next: 60, offset: 16, isLast: true))
        let metering = Metering(traffic.frames)
        #expect(metering.counts == ["2/122 0/0"])
        #expect(metering.connections.map(\.connection.protocolIdentifier) == [17])
    }

    @Test("fragments that no memory is left for are counted to a connection of ports 0")
    func fragmentsBeyondCapacity() {
        var configuration = PacketMeter.Configuration()
        configuration.fragmentCapacity = 2
        var traffic = Conversation()
        for number in 0..<2000 {
            traffic.send(Conversation.ipv4(.client, [UInt8](repeating: 1, count: 8), identification: number, offset: 8), after: 0)
        }
        let metering = Metering(traffic.frames, configuration)
        #expect(metering.counts == ["2000/56000 0/0"] && metering.statistics.fragmentsAlone == 2000)
    }

    @Test("the packets inside tunnels are metered in place of the tunnel's on request")
    func tunnels() {
        var inside = PacketMeter.Configuration()
        inside.inner = true
        let inner = Conversation.ipv4(.server, datagram)
        let ethernet = Packets.ethernet(inner)
        let tunnels: [(Int, [UInt8])] = [
            (4, inner), (47, [0, 0, 8, 0] + inner), (47, [0xB0, 0, 0x65, 0x58] + [UInt8](repeating: 0, count: 12) + ethernet),
            (17, Packets.udp([8, 0, 0, 0, 0, 0, 1, 0] + ethernet, from: 9, to: 4789)),
            (17, Packets.udp([1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0, 0, 0] + ethernet, from: 9, to: 6081)),
        ]
        for (protocolNumber, payload) in tunnels {
            let packet = Conversation.ipv4(.client, payload, protocolNumber: protocolNumber)
            let outer = Metering([Packets.frame(packet)])
            #expect(outer.connections.map(\.connection.protocolIdentifier) == [UInt8(protocolNumber)])
            #expect(outer.counts == ["1/\(packet.count) 0/0"])
            let metering = Metering([Packets.frame(packet)], inside)
            #expect(metering.counts == ["1/38 0/0"] && metering.statistics.encapsulated == 1)
            #expect(metering.connections.map(\.connection.original.source) == [Conversation.server])
            #expect(metering.connections.map(\.frameOctets) == [UInt64(packet.count)])
            for length in 0..<packet.count {
                #expect(Metering([Packets.frame(packet, cutTo: length)], inside).statistics.frames == 1)
            }
        }
    }

    @Test("frames without IP and headers that make no sense are counted")
    func refused() {
        let metering = Metering([
            Packets.frame(Packets.ethernet([0], type: 0x0806), .ethernet), Packets.frame([0x44] + [UInt8](repeating: 0, count: 30)),
            Packets.frame(Conversation.ipv4(.client, [1, 2, 3])), Packets.frame([], .other(127)),
        ])
        #expect(metering.statistics.notIP == 2 && metering.statistics.malformed == 2 && metering.connections.isEmpty)
    }

    @Test("any octet of a frame may be anything")
    func flippedOctets() {
        var inside = PacketMeter.Configuration()
        inside.inner = true
        let packets = [
            Conversation.ipv4(.client, datagram, protocolNumber: 6),
            Conversation.ipv6(.client, [17, 0, 0, 1, 0, 0, 0, 9] + datagram, next: 44),
            Conversation.ipv4(
                .client, Packets.udp([8, 0, 0, 0, 0, 0, 1, 0] + Packets.ethernet(Conversation.ipv4(.server, datagram)), to: 4789)),
        ]
        for octets in packets {
            for index in octets.indices {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                    var changed = octets
                    changed[index] = value
                    let statistics = Metering([Packets.frame(changed)], inside).statistics
                    #expect(statistics.frames == 1 && statistics.waiting == 0)
                }
            }
        }
    }
}
