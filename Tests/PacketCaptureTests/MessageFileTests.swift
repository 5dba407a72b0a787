// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import PacketCapture
import Testing

/// Messages of files that are no captures.
@Suite struct MessageFileTests {
    private func events(_ octets: [UInt8]) throws -> [MessageFile.Event] {
        var file = MessageFile(try InputFile(octets: octets, name: "file"))
        var events: [MessageFile.Event] = []
        while let event = try file.next() { events.append(event) }
        return events
    }

    private func message(_ mark: UInt8, offset: Int) -> MessageFile.Event { .message(Packets.message(mark, octets: 40), offset: offset) }

    private var stream: [UInt8] { (1...3).flatMap { Packets.message($0, octets: 40) } }

    @Test("an IPFIX File's messages come with their offsets")
    func ipfixFile() throws {
        #expect(try events(stream) == [message(1, offset: 0), message(2, offset: 40), message(3, offset: 80)])
        let fixture = try MessageStream.messages(ofFile: "ipfix/gen-antrea.ipfix")
        #expect(try events(Fixture.octets("ipfix/gen-antrea.ipfix")).count == fixture.count)
        #expect(try events([]) == [])
    }

    @Test("what is no message is passed over and told with its offset")
    func damage() throws {
        let garbage = [UInt8](repeating: 0xEE, count: 50)
        #expect(
            try events(garbage + stream + garbage) == [
                .skipped(octets: 50, offset: 0), message(1, offset: 50), message(2, offset: 90), message(3, offset: 130),
                .skipped(octets: 50, offset: 170),
            ])
        #expect(try events(Array(stream.dropLast(7))).last == .cut(octets: 33, expected: 40, offset: 80))
        #expect(try events(Array(stream.dropLast(30))).last == .cut(octets: 10, expected: 16, offset: 80))
    }

    @Test("a length that is wrong costs its message alone")
    func wrongLength() throws {
        var octets = stream
        octets[3] = 60
        let events = try events(octets)
        #expect(events.count == 4 && events[1] == .skipped(octets: 24, offset: 16))
        #expect(events[2...] == [message(2, offset: 40), message(3, offset: 80)])
    }

    @Test("NetFlow v9 packets are told apart though they do not say their length")
    func netFlow9() throws {
        let header = [0, 9, 0, 1] + [UInt8](repeating: 7, count: 16)
        let first = header + [1, 0, 0, 8, 1, 2, 3, 4] + [1, 1, 0, 4]
        let second = header + [0, 0, 0, 12, 1, 0, 0, 1, 0, 8, 0, 4]
        #expect(try events(first + second) == [.message(first, offset: 0), .message(second, offset: first.count)])
        #expect(
            try events(first + [0, 5] + second) == [
                .message(first, offset: 0), .skipped(octets: 2, offset: first.count), .message(second, offset: first.count + 2),
            ])
    }
}
