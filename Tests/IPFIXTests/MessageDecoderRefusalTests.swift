// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// What a Message is refused for, and that nothing of a refused one stays.
@Suite struct MessageDecoderRefusalTests {
    private let template = Template.sample(256, [(8, 4), (82, 65535)])

    private func error(_ octets: [UInt8]) -> MessageError? {
        var decoder = MessageDecoder()
        do {
            _ = try decoder.decode(octets)
            return nil
        } catch {
            return error
        }
    }

    @Test("fewer octets than a header")
    func tooShort() {
        for count in 0..<16 { #expect(error([UInt8](repeating: 0, count: count)) == .tooShort(octets: count)) }
    }

    @Test("another version", arguments: [0, 5, 9, 11, 0x0A00] as [UInt16])
    func version(version: UInt16) {
        #expect(error(Wire.octets(version) + Wire.message().dropFirst(2)) == .wrongVersion(version))
    }

    @Test("§9.1: a header that says fewer octets than itself", arguments: [0, 1, 15] as [UInt16])
    func lengthBelowHeader(length: UInt16) {
        #expect(error(Wire.octets(UInt16(10), length) + Wire.message().dropFirst(4)) == .lengthBelowHeader(Int(length)))
    }

    @Test("§9.1: a message shorter than its header says", arguments: [21, 24, 65535] as [UInt16])
    func cutShort(length: UInt16) {
        let octets = Wire.octets(UInt16(10), length) + Wire.message().dropFirst(4) + [0, 2, 0, 4]
        #expect(error(octets) == .cutShort(header: Int(length), received: 20))
    }

    @Test("a set length below that of its header, zero too", arguments: [0, 1, 3] as [UInt16])
    func setLength(length: UInt16) {
        #expect(error(Wire.message(Wire.octets(UInt16(256), length, UInt32(0)))) == .badSetLength(offset: 16, length: Int(length)))
    }

    @Test("§9.1: a set longer than its message", arguments: [9, 65535] as [UInt16])
    func setBeyondMessage(length: UInt16) {
        let octets = Wire.message(Wire.octets(UInt16(256), length, UInt32(0)))
        #expect(error(octets) == .setBeyondMessage(offset: 16, length: Int(length), available: 8))
    }

    @Test("a set that runs past its message is malformed though the datagram goes on")
    func setBeyondMessageInLongerDatagram() {
        let octets = Wire.message(template.set, Wire.octets(UInt16(256), UInt16(12), UInt32(0))) + [0, 0, 0, 0]
        #expect(error(octets) == .setBeyondMessage(offset: 16 + template.set.count, length: 12, available: 8))
    }

    @Test("octets after the last set", arguments: 1..<4)
    func trailing(count: Int) {
        let octets = Wire.message(template.set, [UInt8](repeating: 0, count: count))
        #expect(error(octets) == .badSetLength(offset: 16 + template.set.count, length: count))
    }

    @Test(
        "templates that make no sense",
        arguments: [
            (2, [0, 255, 0, 1, 0, 8, 0, 4], .reservedID(255)),
            (2, [1, 0, 0, 2, 0, 8, 0, 4], .beyondSet(fieldCount: 2)),
            (2, [1, 0, 0, 1, 0, 8], .beyondSet(fieldCount: 1)),
            (2, [1, 0, 0, 1, 0x80, 8, 0, 4, 0, 0], .beyondSet(fieldCount: 1)),  // Half an enterprise number.
            (2, [1, 0, 0xFF, 0xFF, 0, 8, 0, 4], .beyondSet(fieldCount: 65535)),
            (2, [1, 0, 3, 0xE8, 0, 8, 0, 4], .beyondSet(fieldCount: 1000)),
            (2, [1, 0, 0, 1, 0, 8, 0, 0], .emptyRecord),
            (3, [1, 0, 0, 1, 0, 0, 0, 8, 0, 4], .scopeFieldCount(0, fieldCount: 1)),
            (3, [1, 0, 0, 1, 0, 2, 0, 8, 0, 4], .scopeFieldCount(2, fieldCount: 1)),
            (3, [1, 0, 0, 1], .beyondSet(fieldCount: 1)),  // No scope field count.
        ] as [(UInt16, [UInt8], MessageError.TemplateFault)])
    func badTemplate(set: UInt16, body: [UInt8], fault: MessageError.TemplateFault) {
        #expect(error(Wire.message(Wire.set(set, body))) == .badTemplate(offset: 20, fault))
    }

    @Test("a value that reaches beyond its set")
    func badRecord() {
        let start = 16 + template.set.count + 4
        #expect(error(Wire.message(template.set, Wire.set(256, [1, 2, 3, 4, 9, 65]))) == .badRecord(offset: start))
        #expect(error(Wire.message(template.set, Wire.set(256, [1, 2, 3, 4, 255, 0]))) == .badRecord(offset: start))
        #expect(error(Wire.message(template.set, Wire.set(256, [1, 2, 3, 4, 255, 0, 9]))) == .badRecord(offset: start))
        #expect(error(Wire.message(template.set, Wire.set(256, [1, 2, 3, 4, 1, 65, 1, 2, 3, 4, 5]))) == .badRecord(offset: start + 6))
    }

    @Test("a refused message leaves neither templates nor a sequence number, and takes none away")
    func nothingStays() throws {
        var decoder = MessageDecoder()
        let known = Template.sample(300, [(8, 4)])
        _ = try decoder.decode(Wire.message(known.set, sequenceNumber: 5))
        let bad = Wire.octets(UInt16(256), UInt16(3))
        for sets in [template.set + bad, Wire.withdrawal(300) + bad, Wire.withdrawal(2) + bad, Template.sample(300, [(1, 8)]).set + bad] {
            #expect(throws: MessageError.self) { try decoder.decode(Wire.message(sets, sequenceNumber: 900)) }
        }
        let message = try decoder.decode(Wire.message(Wire.set(256, [1, 2, 3, 4, 0]), Wire.set(300, [1, 2, 3, 4]), sequenceNumber: 5))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.first?.template == known)
        #expect(message.sequence == .inOrder)
    }

    @Test("an invalid redefinition takes the old template away, and nothing else of its message stays")
    func invalidRedefinition() throws {
        var decoder = MessageDecoder()
        let other = Template.sample(300, [(8, 4)])
        _ = try decoder.decode(Wire.message(template.set, other.set))
        let invalid = Wire.set(2, [1, 0, 0, 9, 0, 8, 0, 4])
        #expect(throws: MessageError.self) { try decoder.decode(Wire.message(Template.sample(300, [(1, 8)]).set, invalid)) }
        let message = try decoder.decode(Wire.message(Wire.set(256, [1, 2, 3, 4, 0]), Wire.set(300, [1, 2, 3, 4])))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.map(\.template) == [other])
    }

    @Test("every error says what happened, and has a cause of its own for counters")
    func texts() {
        let errors: [MessageError] = [
            .tooShort(octets: 3), .wrongVersion(9), .lengthBelowHeader(15), .cutShort(header: 20, received: 16),
            .badSetLength(offset: 16, length: 3), .setBeyondMessage(offset: 16, length: 9, available: 8),
            .badTemplate(offset: 20, .reservedID(1)), .badTemplate(offset: 20, .beyondSet(fieldCount: 2)),
            .badTemplate(offset: 20, .scopeFieldCount(2, fieldCount: 1)), .badTemplate(offset: 20, .specifierLength(3)),
            .badTemplate(offset: 20, .emptyRecord), .badRecord(offset: 24),
        ]
        #expect(errors.map(\.cause) == MessageError.Cause.allCases)
        #expect(Set(errors.map(\.cause.rawValue)).count == errors.count)
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors[1].description == "version 9 in the message header is not 10: not IPFIX")
        #expect(errors.map(\.offset) == [0, 0, 0, 0, 16, 16, 20, 20, 20, 20, 20, 24])
    }

    @Test("every refused message is counted by its cause, with its domain where the header could be read")
    func counted() throws {
        var decoder = MessageDecoder()
        _ = try? decoder.decode([1, 2, 3])
        _ = try? decoder.decode(Wire.message(Wire.octets(UInt16(256), UInt16(3)), domain: 7))
        _ = try? decoder.decode(Wire.message(Wire.octets(UInt16(256), UInt16(0)), domain: 7))
        _ = try decoder.decode(Wire.message(domain: 7))
        #expect(decoder.statistics.malformed.total == 3 && decoder.statistics.messages == 1)
        #expect(decoder.statistics.malformed[.tooShort] == 1 && decoder.statistics.malformed[.badSetLength] == 2)
        let domains = decoder.statisticsByDomain
        #expect(domains.map(\.domain) == [7])
        #expect(domains[0].statistics.malformed.total == 2 && domains[0].statistics.sets == 0)
    }
}
