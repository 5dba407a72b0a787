// SPDX-License-Identifier: Apache-2.0

import IPFIX
import PacketCapture
import Testing

@Suite struct FragmentTests {
    private let message = Packets.message(3, octets: 60)
    private var datagram: [UInt8] { Packets.udp(message) }

    private func part(_ range: Range<Int>, identification: Int = 7, milliseconds: Int64 = 0) -> Frame {
        let isLast = range.upperBound == datagram.count
        let word = range.lowerBound / 8 | (isLast ? 0 : 0x2000)
        let packet = Packets.ipv4(Array(datagram[range]), identification: identification, fragmentWord: word)
        return Packets.frame(packet, milliseconds: milliseconds)
    }

    private func part6(_ range: Range<Int>) -> Frame {
        let isLast = range.upperBound == datagram.count
        return Packets.frame(Packets.fragment6(Array(datagram[range]), offset: range.lowerBound, isLast: isLast))
    }

    @Test("parts are put together in any order")
    func orders() {
        let ranges = [0..<24, 24..<48, 48..<68]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            #expect(Reading(order.map { part(ranges[$0]) }).messages == [message])
            #expect(Reading(order.map { part6(ranges[$0]) }).messages == [message])
        }
    }

    @Test("a part that comes twice changes nothing")
    func repeats() {
        let reading = Reading([part(0..<24), part(0..<24), part(24..<68), part(24..<68)])
        #expect(reading.messages == [message])
        #expect(reading.statistics.packetsReassembled == 1 && reading.statistics.packetsIncomplete == 1)
    }

    @Test("of IPv4 parts that overlap the first counts; an IPv6 packet with such is given up")
    func overlaps() {
        var other = part(16..<48)
        for index in 20..<28 { other.octets[index] = 0xEE }
        #expect(Reading([part(0..<24), other, part(48..<68)]).messages == [message])
        let reading = Reading([part6(0..<24), part6(16..<48), part6(48..<68)])
        #expect(reading.messages.isEmpty && reading.statistics.fragmentsRefused == 1)
    }

    @Test("packets of which parts are missing are given up in time, and beyond the capacity")
    func missing() {
        #expect(Reading([part(0..<24), part(24..<68, milliseconds: 29_000)]).messages == [message])
        let late = Reading([part(0..<24), part(24..<68, milliseconds: 31_000)])
        #expect(late.messages.isEmpty && late.statistics.packetsIncomplete == 2)
        var limits = MessageCapture.Limits()
        limits.fragmentedPackets = 2
        let crowded = Reading(
            [
                part(0..<24, identification: 1), part(0..<24, identification: 2), part(0..<24, identification: 3),
                part(24..<68, identification: 3),
            ], limits: limits)
        #expect(crowded.messages == [message] && crowded.statistics.packetsIncomplete == 2)
    }

    @Test("impossible parts are refused")
    func impossible() {
        let odd = Packets.frame(Packets.ipv4([1, 2, 3], fragmentWord: 0x2000))
        let beyond = Packets.frame(Packets.ipv4([UInt8](repeating: 0, count: 64), fragmentWord: 0x1FFF))
        let reading = Reading([odd, beyond, part(0..<68), part(48..<64)])
        #expect(reading.statistics.fragmentsRefused == 2)
    }
}
