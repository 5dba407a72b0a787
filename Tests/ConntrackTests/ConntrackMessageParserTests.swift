// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import Testing

@testable import Conntrack

@Suite struct ConntrackMessageParserTests {
    @Test("captured messages decode to what another program read from them", arguments: ["nfct-dump", "nfct-events"])
    func fixtures(name: String) throws {
        let expected = try Fixture.lines("\(name).decoded.txt").map { DecodedEntry($0).connection }
        let parsing = Parsing(try Fixture.octets("\(name).bin"))

        #expect(parsing.progress == .unfinished)
        #expect(parsing.parser.rejected == [:])
        #expect(parsing.connections.count == expected.count && !expected.isEmpty)
        for (connection, expected) in zip(parsing.connections, expected) {
            #expect(connection == expected)
        }
    }

    @Test("the captured dump holds every kind of entry that is decoded")
    func fixtureIsVaried() throws {
        let connections = Parsing(try Fixture.octets("nfct-dump.bin")).connections
        #expect(Set(connections.map(\.protocolIdentifier)).isSuperset(of: [1, 6, 17, 58, 132]))
        #expect(Set(connections.map { $0.original.source.family }) == [.v4, .v6])
        #expect(connections.contains { $0.original.destination != $0.reply.source })
        #expect(connections.contains { $0.zone != 0 && $0.mark != 0 && $0.label.ingressRule != 0 })
        #expect(connections.allSatisfy { $0.counters != nil && $0.start != nil && $0.stop == nil })
    }

    @Test("an entry that was deleted carries final counters and its stop time")
    func destroyed() throws {
        let stopped = Parsing(try Fixture.octets("nfct-events.bin")).connections.filter { $0.stop != nil }
        #expect(stopped.count == 1)
        #expect(stopped.allSatisfy { $0.counters != nil && $0.start != nil })
    }

    @Test("word 0 of the label is the ingress rule, word 1 the egress rule")
    func label() {
        let connection = Parsing(EntryWriter.entry(.sample())).connections.first
        #expect(connection?.label == Connection.Label(high: 0x0304_0506, low: 0xC9_0000_0065))
        #expect(connection?.label.ingressRule == 0x65)
        #expect(connection?.label.egressRule == 0xC9)
    }

    @Test("what is not in the message is unknown, not zero")
    func absent() {
        let connection = Parsing(EntryWriter.entry(.sample())).connections.first
        #expect(connection == .sample())
        #expect(connection?.counters == nil && connection?.start == nil && connection?.id == nil && connection?.tcpState == nil)
    }

    @Test("counters of one direction leave the other at zero")
    func oneDirection() {
        let counters = EntryWriter.nested(
            9, EntryWriter.attribute(1, networkOctets(UInt64(2))) + EntryWriter.attribute(2, networkOctets(UInt64(99))))
        let connection = Parsing(entry(appending: counters)).connections.first
        #expect(connection?.counters == Connection.Counters(packets: 2, octets: 99))
    }

    @Test("a zone that counts for one direction is the entry's zone")
    func zoneOfADirection() {
        var sample = Connection.sample(zone: 0)
        let original = EntryWriter.tuple(sample.original, protocolIdentifier: 17) + EntryWriter.attribute(3, networkOctets(UInt16(9)))
        let reply = EntryWriter.tuple(sample.reply, protocolIdentifier: 17)
        let connection = Parsing(EntryWriter.message([2, 0, 0, 0] + EntryWriter.nested(1, original) + EntryWriter.nested(2, reply)))
            .connections.first
        sample.zone = 9
        #expect(connection?.zone == 9)
        #expect(connection?.original == sample.original)
    }

    @Test("a TCP state that the kernel does not have is unknown", arguments: [UInt8(10), 14, 15, 255])
    func unknownTCPState(number: UInt8) {
        let state = EntryWriter.nested(4, EntryWriter.nested(1, EntryWriter.attribute(1, [number])))
        let parsing = Parsing(entry(appending: state))
        #expect(parsing.connections.count == 1 && parsing.connections.first?.tcpState == nil)
    }

    @Test("unknown attributes are skipped and flag bits are not part of a type")
    func unknownAttributes() {
        let unknown = EntryWriter.attribute(99, networkOctets(UInt64(5))) + EntryWriter.attribute(0x3FFF, [1, 2, 3])
        let mark = EntryWriter.attribute(8 | 0x4000, networkOctets(UInt32(77)))
        let parsing = Parsing(entry(appending: unknown + mark))
        #expect(parsing.parser.rejected == [:])
        #expect(parsing.connections.first?.mark == 77)
    }

    @Test(
        "what follows a malformed entry is still read, and each skip has its reason",
        arguments: [
            (RejectionReason.attributeLength, [0x03, 0, 0x08, 0]),
            (.attributeLength, [0xFF, 0, 0x08, 0, 1, 2, 3, 4]),
            (.valueLength, EntryWriter.attribute(8, [1, 2])),
            (.valueLength, EntryWriter.attribute(22, [UInt8](repeating: 1, count: 20))),
            (.valueLength, EntryWriter.nested(9, EntryWriter.attribute(1, [1]))),
            (.valueLength, EntryWriter.nested(1, EntryWriter.nested(1, EntryWriter.attribute(3, [1, 2, 3, 4])))),
            (.missingTuple, EntryWriter.nested(2, [])),
            (.contradiction, EntryWriter.nested(2, EntryWriter.tuple(Connection.sample().reply, protocolIdentifier: 6))),
        ] as [(RejectionReason, [UInt8])])
    func malformed(reason: RejectionReason, attribute: [UInt8]) {
        let parsing = Parsing(entry(appending: attribute) + EntryWriter.entry(.sampleV6()) + EntryWriter.done())
        #expect(parsing.progress == .done)
        #expect(parsing.parser.rejected == [reason: 1])
        #expect(parsing.connections == [.sampleV6()])
    }

    @Test("an entry whose addresses are of two families is a contradiction")
    func twoFamilies() {
        let addresses = EntryWriter.attribute(1, [10, 0, 0, 1]) + EntryWriter.attribute(4, [UInt8](repeating: 1, count: 16))
        let tuple = EntryWriter.nested(1, addresses) + EntryWriter.nested(2, EntryWriter.attribute(1, [17]))
        #expect(Parsing(entry(appending: EntryWriter.nested(1, tuple))).parser.rejected == [.contradiction: 1])
    }

    @Test("netlink's own messages end a dump, fail it or are passed over")
    func framing() {
        let nothing = EntryWriter.message([], type: NetlinkMessageType.nothing)
        #expect(Parsing(nothing + EntryWriter.entry(.sample()) + EntryWriter.done()).progress == .done)
        #expect(Parsing(nothing).progress == .unfinished)
        #expect(Parsing([]).progress == .unfinished)
        #expect(Parsing(EntryWriter.failure(EPERM)).progress == .failed(errno: EPERM))
        #expect(Parsing(EntryWriter.failure(0)).progress == .done)
        #expect(Parsing(EntryWriter.done(code: -EINVAL)).progress == .failed(errno: EINVAL))
        #expect(Parsing(EntryWriter.message([], type: NetlinkMessageType.done)).progress == .done)
        #expect(Parsing(EntryWriter.message([], type: NetlinkMessageType.overrun)).progress == .overrun)
        #expect(Parsing(EntryWriter.message(nativeOctets(Int32.min), type: NetlinkMessageType.error)).progress == .failed(errno: .min))
    }

    @Test("messages of other subsystems and answers to other requests are counted, not read")
    func foreign() {
        let foreign = EntryWriter.message([2, 0, 0, 0], type: 0x0A00) + EntryWriter.entry(.sample(), sequenceNumber: 6)
        let parsing = Parsing(foreign + EntryWriter.done(sequenceNumber: 6), with: ConntrackMessageParser(sequenceNumber: 7))
        #expect(parsing.progress == .unfinished)
        #expect(parsing.connections.isEmpty)
        #expect(parsing.parser.rejected == [.foreignSequenceNumber: 3])
        #expect(Parsing(foreign).parser.rejected == [.unexpectedMessage: 1])
    }

    @Test("an interrupted dump is noticed on an entry and on the last message")
    func interrupted() {
        #expect(Parsing(EntryWriter.entry(.sample(), flags: .dumpInterrupted)).parser.interrupted)
        #expect(Parsing(EntryWriter.done(flags: .dumpInterrupted)).parser.interrupted)
        #expect(!Parsing(EntryWriter.entry(.sample()) + EntryWriter.done()).parser.interrupted)
    }

    @Test("each entry is kept, of another zone, or over the capacity")
    func accounts() {
        let octets = (0..<5).flatMap { EntryWriter.entry(.sample(zone: $0)) }
        let parser = Parsing(octets, with: ConntrackMessageParser(zones: [1, 3, 4], capacity: 2)).parser
        #expect(parser.entries == 2 && parser.otherZones == 2 && parser.overCapacity == 1)
    }

    /// A good entry with more attributes at its end.
    private func entry(appending attributes: [UInt8]) -> [UInt8] {
        EntryWriter.message(Array(EntryWriter.entry(.sample()).dropFirst(NetlinkHeader.lengthInOctets)) + attributes)
    }
}
