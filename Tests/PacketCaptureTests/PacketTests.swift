// SPDX-License-Identifier: Apache-2.0

import IPFIX
import PacketCapture
import Testing

/// From a frame on a link to a datagram's payload.
@Suite struct PacketTests {
    private let message = Packets.message(1)
    private var packet: [UInt8] { Packets.ipv4(Packets.udp(message)) }
    private var packet6: [UInt8] { Packets.ipv6(Packets.udp(message)) }

    @Test("a datagram is found behind every kind of link header, tags included")
    func linkTypes() {
        let sender = [UInt8](repeating: 0, count: 14)
        let frames: [(LinkType, [UInt8])] = [
            (.ethernet, Packets.ethernet(packet)), (.ethernet, Packets.ethernet(packet6, type: 0x86DD)),
            (.ethernet, Packets.ethernet(packet, tags: [0x8100])),
            (.ethernet, Packets.ethernet(packet6, type: 0x86DD, tags: [0x88A8, 0x8100])),
            (.ethernet, Packets.ethernet(packet + [0, 0, 0, 0, 0, 0])), (.linuxCooked, sender + [8, 0] + packet),
            (.linuxCooked, sender + [0x81, 0, 0, 5, 8, 0] + packet), (.linuxCooked2, [8, 0] + sender + [0, 0, 0, 0] + packet),
            (.linuxCooked2, [0x86, 0xDD] + sender + [0, 0, 0, 0] + packet6), (.rawIP, packet), (.rawIP, packet6),
            (.loopback, [2, 0, 0, 0] + packet), (.loopback, [0, 0, 0, 30] + packet6),
        ]
        for (linkType, octets) in frames {
            let reading = Reading([Packets.frame(octets, linkType)])
            #expect(reading.messages == [message], "\(linkType)")
        }
    }

    @Test("link types have libpcap's numbers")
    func linkNumbers() {
        let numbers: [Int32: LinkType] = [
            1: .ethernet, 113: .linuxCooked, 276: .linuxCooked2, 12: .rawIP, 101: .rawIP, 0: .loopback, 108: .loopback, 127: .other(127),
        ]
        for (number, linkType) in numbers { #expect(LinkType(number) == linkType) }
    }

    @Test("an IPv6 packet in which nothing follows is its header alone, whatever padding the frame has")
    func noNextHeader() {
        let empty: [UInt8] = [0x60, 0, 0, 0, 0, 0, 59, 64] + [UInt8](repeating: 1, count: 32)
        let frame = Array(repeating: UInt8(0), count: 14) + empty + [0, 0, 0, 0, 0, 0]
        let packet = InternetPacket(reading: frame.span, at: 14)
        #expect(packet?.payload == 54..<54 && packet?.missing == 0)
    }

    @Test("IPv6 extension headers are stepped over")
    func extensionHeaders() {
        let datagram = Packets.udp(message)
        let options: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0]
        let destinationOptions: [UInt8] = [51, 1] + [UInt8](repeating: 0, count: 14)
        let authentication: [UInt8] = [17, 1] + [UInt8](repeating: 0, count: 10)
        let reading = Reading([Packets.frame(Packets.ipv6(options + destinationOptions + authentication + datagram, next: 0))])
        #expect(reading.messages == [message])
        // RFC 6946: a fragment that is the whole packet.
        #expect(Reading([Packets.frame(Packets.fragment6(datagram, offset: 0, isLast: true))]).messages == [message])
    }

    @Test("an IPv4 header with options is as long as it says")
    func options() {
        var octets = packet
        octets[0] = 0x46
        octets.replaceSubrange(2..<4, with: Packets.big(octets.count + 4, 2))
        octets.insert(contentsOf: [1, 1, 1, 0], at: 20)
        #expect(Reading([Packets.frame(octets)]).messages == [message])
    }

    @Test("headers that make no sense are counted, other protocols and frames too")
    func counts() {
        var badHeader = packet
        badHeader[0] = 0x44
        var badLength = packet
        badLength.replaceSubrange(24..<26, with: [0, 7])
        var longLength = packet
        longLength.replaceSubrange(24..<26, with: [1, 0])
        let reading = Reading([
            Packets.frame(badHeader), Packets.frame(badLength), Packets.frame(longLength),
            Packets.frame(Packets.ipv4([8, 0, 0, 0], protocolNumber: 1)), Packets.frame(Packets.ethernet([0], type: 0x0806), .ethernet),
            Packets.frame(packet, .other(127)), Packets.frame([]), Packets.frame(Packets.ipv6([0, 0], next: 0)),
        ])
        #expect(reading.messages.isEmpty)
        #expect(reading.statistics.malformedPackets == 4)
        #expect(reading.statistics.otherProtocols == 1)
        #expect(reading.statistics.notIP == 3)
        #expect(reading.statistics.frames == 8)
    }

    @Test("a frame that the capture cut is told with what is missing, and cut anywhere does no harm")
    func cutFrames() {
        let frame = Packets.ethernet(packet)
        let reading = Reading([Packets.frame(frame, .ethernet, cutTo: frame.count - 10)])
        #expect(reading.messages.isEmpty && reading.remarks == ["cut 22 of 32"])
        #expect(reading.statistics.cutFrames == 1)
        for frame in [
            frame, Packets.ethernet(packet6, type: 0x86DD),
            Packets.ethernet(Packets.ipv4(Packets.tcp(message, number: 1), protocolNumber: 6)),
        ] {
            for length in 0..<frame.count {
                let reading = Reading([Packets.frame(frame, .ethernet, cutTo: length)])
                #expect(reading.messages.isEmpty && reading.statistics.frames == 1)
            }
        }
    }

    @Test("any octet of a frame may be anything")
    func flippedOctets() {
        let packets = [
            packet, packet6, Packets.fragment6(Packets.udp(message), offset: 8, isLast: false),
            Packets.ipv4(Packets.tcp(message, number: 1), protocolNumber: 6),
        ]
        for octets in packets {
            for index in octets.indices {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                    var changed = octets
                    changed[index] = value
                    #expect(Reading([Packets.frame(changed)]).statistics.frames == 1)
                }
            }
        }
    }
}
