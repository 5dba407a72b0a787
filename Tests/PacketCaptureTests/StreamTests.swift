// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import PacketCapture
import Testing

/// TCP streams put in order, and the Messages in them.
@Suite struct StreamTests {
    private let first: UInt32 = 0xFFFF_FF00
    private var stream: [UInt8] { (1...20).flatMap { Packets.message($0, octets: 40) } }

    private func segment(_ range: Range<Int>, flags: Int = 0x10, to port: Int = 4739) -> Frame {
        let packet = Packets.tcp(Array(stream[range]), number: first &+ 1 &+ UInt32(range.lowerBound), flags: flags, to: port)
        return Packets.frame(Packets.ipv4(packet, protocolNumber: 6))
    }

    private func opening(number: UInt32? = nil, to port: Int = 4739) -> Frame {
        Packets.frame(Packets.ipv4(Packets.tcp([], number: number ?? first, flags: 2, to: port), protocolNumber: 6))
    }

    private func segments(of size: Int, to port: Int = 4739) -> [Frame] {
        stride(from: 0, to: stream.count, by: size).map { segment($0..<min($0 + size, stream.count), to: port) }
    }

    @Test("messages are found however segments cut them, over the wrap of sequence numbers", arguments: [1, 7, 39, 40, 41, 100, 800])
    func cuts(size: Int) {
        let reading = Reading([opening()] + segments(of: size))
        #expect(reading.marks == Array(1...20) && reading.remarks == ["ended"])
    }

    @Test("segments that are late, repeated or overlap change nothing", arguments: 0..<200)
    func disorder(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var frames = segments(of: Int.random(in: 20...90, using: &generator))
        for index in frames.indices where Int.random(in: 0..<3, using: &generator) == 0 {
            frames.swapAt(index, max(0, index - Int.random(in: 1...4, using: &generator)))
        }
        for _ in 0..<10 {
            let start = Int.random(in: 0..<stream.count, using: &generator)
            let end = min(stream.count, start + Int.random(in: 1...200, using: &generator))
            frames.insert(segment(start..<end), at: Int.random(in: 0...frames.count, using: &generator))
        }
        let reading = Reading([opening()] + frames)
        #expect(reading.marks == Array(1...20) && reading.remarks == ["ended"], "seed \(seed)")
        #expect(reading.statistics.octetsRepeated > 0)
    }

    @Test("where segments overlap with other octets, what came first counts")
    func firstWins() {
        var forged = segment(0..<80)
        for index in 60..<80 { forged.octets[index] = 0xEE }
        let reading = Reading([opening(), segment(0..<40), forged] + segments(of: 40))
        #expect(reading.marks == Array(1...20))
    }

    @Test("a gap is told with its octets, and the next message is found behind it")
    func gap() {
        let reading = Reading([opening(), segment(0..<90), segment(170..<800)])
        // Message 3 begins at 80; 5 is the one that begins at 160, so 6 is the next whole one.
        #expect(reading.marks == [1, 2] + Array(6...20))
        #expect(reading.remarks == ["cut 10 of 16", "gap 80", "skipped 30", "ended"])
        #expect(reading.statistics.octetsMissing == 80 && reading.statistics.octetsSkipped == 30)
    }

    @Test("what waits for a gap is bounded, in octets and segments")
    func bounds() {
        var limits = MessageCapture.Limits()
        limits.waitingOctets = 200
        #expect(Reading([opening()] + segments(of: 40).dropFirst(1), limits: limits).marks == Array(2...20))
        limits.waitingOctets = 1 << 20
        limits.waitingSegments = 3
        #expect(Reading([opening()] + segments(of: 40).dropFirst(1), limits: limits).marks == Array(2...20))
    }

    @Test("a capture that begins in the middle is read from the next message on, on any port")
    func middle() {
        #expect(Reading(Array(segments(of: 30).dropFirst(2))).marks == Array(3...20))
        #expect(Reading(Array(segments(of: 30, to: 7000).dropFirst(2))).marks == Array(3...20))
    }

    @Test("a connection that reuses the ports is another session; a repeated SYN is not")
    func reuse() {
        let again = Packets.frame(Packets.ipv4(Packets.tcp(Packets.message(99), number: 501), protocolNumber: 6))
        let reading = Reading([opening(), opening()] + segments(of: 400) + [opening(), opening(number: 500), again])
        #expect(reading.marks == Array(1...20) + [99])
        #expect(Set(reading.sessions) == ["tcp 192.0.2.1:50000 > 192.0.2.9:4739", "tcp 192.0.2.1:50000 > 192.0.2.9:4739#2"])
        #expect(reading.remarks == ["ended", "ended"])
    }

    @Test("FIN and RST end a session once all before them was read")
    func ends() {
        let frames = segments(of: 200)
        let last = segment(600..<800, flags: 0x11)
        #expect(Reading([opening(), last] + frames.prefix(3)).marks == Array(1...20))
        let reset = Packets.frame(Packets.ipv4(Packets.tcp([], number: first &+ 201, flags: 4), protocolNumber: 6))
        let reading = Reading([opening(), frames[0], reset])
        #expect(reading.marks == Array(1...5) && reading.remarks == ["ended"])
    }

    @Test("a message shorter or longer than its header says costs itself and no other")
    func wrongLengths() {
        for length in [36, 44, 60, 200, 65_535] {
            var octets = stream
            octets.replaceSubrange(202..<204, with: Packets.big(length, 2))
            let frame = Packets.frame(Packets.ipv4(Packets.tcp(octets, number: 1), protocolNumber: 6))
            let reading = Reading([frame])
            let whole = reading.messages.filter { $0.count == 40 }.compactMap(\.last)
            #expect(whole == Array(1...5) + Array(7...20), "length \(length): \(whole) \(reading.remarks)")
        }
    }

    @Test("other streams are left alone, unless their port is named")
    func others() {
        let text = Array("GET / HTTP/1.1\r\nHost: example\r\n\r\n".utf8)
        let frame = Packets.frame(Packets.ipv4(Packets.tcp(text, number: 1, to: 80), protocolNumber: 6))
        let ignored = Reading([opening(number: 0, to: 80), frame])
        #expect(ignored.messages.isEmpty && ignored.remarks.isEmpty)
        #expect(ignored.statistics.streamsIgnored == 1)
        let named = Reading([opening(number: 0, to: 80), frame], rule: PortRule(ports: [80]))
        #expect(named.remarks == ["skipped 33", "ended"])
        #expect(Reading([opening()] + segments(of: 40), rule: PortRule(ports: [80])).messages.isEmpty)
    }

    @Test("more connections than there is room for displace those that hold no messages")
    func capacity() {
        var limits = MessageCapture.Limits()
        limits.streams = 8
        var frames = [opening()] + segments(of: 40).prefix(10)
        for port in 1000..<1100 { frames.append(opening(to: port)) }
        frames += segments(of: 40).dropFirst(10)
        let reading = Reading(frames, limits: limits)
        #expect(reading.marks == Array(1...20) && reading.remarks == ["ended"])
    }
}
