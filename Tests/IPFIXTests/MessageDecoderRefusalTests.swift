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

    @Test("a header whose length is not what came", arguments: [0, 15, 16, 19, 21, 65535] as [UInt16])
    func length(length: UInt16) {
        let octets = Wire.octets(UInt16(10), length) + Wire.message().dropFirst(4) + [0, 2, 0, 4]
        #expect(error(octets) == .lengthMismatch(header: Int(length), received: 20))
    }

    @Test("ids of sets that are not used", arguments: [0, 1, 4, 5, 100, 255] as [UInt16])
    func reservedSet(id: UInt16) {
        #expect(error(Wire.message(template.set, Wire.set(id, []))) == .reservedSetID(offset: 16 + template.set.count, id: id))
    }

    @Test("a set length that cannot be", arguments: [0, 1, 3, 9, 65535] as [UInt16])
    func setLength(length: UInt16) {
        #expect(error(Wire.message(Wire.octets(UInt16(256), length, UInt32(0)))) == .badSetLength(offset: 16, length: Int(length)))
    }

    @Test("octets after the last set", arguments: 1..<4)
    func trailing(count: Int) {
        let octets = Wire.message(template.set, [UInt8](repeating: 0, count: count))
        #expect(error(octets) == .badSetLength(offset: 16 + template.set.count, length: count))
    }

    @Test(
        "templates that make no sense",
        arguments: [
            (2, [0, 255, 0, 1, 0, 8, 0, 4]),  // An id below 256.
            (2, [1, 0, 0, 2, 0, 8, 0, 4]),  // One field of two.
            (2, [1, 0, 0, 1, 0, 8]),  // Half a field.
            (2, [1, 0, 0, 1, 0x80, 8, 0, 4, 0, 0]),  // Half an enterprise number.
            (2, [1, 0, 0xFF, 0xFF, 0, 8, 0, 4]),  // More fields than can be.
            (2, [1, 0, 0, 1, 0, 8, 0, 0]),  // Records of no octets.
            (2, [0, 0, 0, 0]),  // The withdrawal of nothing.
            (2, [0, 3, 0, 0]),  // All options templates, in a Template Set.
            (3, [1, 0, 0, 1, 0, 0, 0, 8, 0, 4]),  // No scope.
            (3, [1, 0, 0, 1, 0, 2, 0, 8, 0, 4]),  // More scope than fields.
            (3, [1, 0, 0, 1]),  // No scope count.
        ] as [(UInt16, [UInt8])])
    func badTemplate(set: UInt16, body: [UInt8]) {
        guard case .badTemplate(offset: 20, reason: _)? = error(Wire.message(Wire.set(set, body))) else {
            Issue.record("not refused as a template: \(String(describing: error(Wire.message(Wire.set(set, body)))))")
            return
        }
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
        let bad = Wire.set(1, [])
        for sets in [template.set + bad, Wire.withdrawal(300) + bad, Wire.withdrawal(2) + bad, Template.sample(300, [(1, 8)]).set + bad] {
            #expect(throws: MessageError.self) { try decoder.decode(Wire.message(sets, sequenceNumber: 900)) }
        }
        let message = try decoder.decode(Wire.message(Wire.set(256, [1, 2, 3, 4, 0]), Wire.set(300, [1, 2, 3, 4]), sequenceNumber: 5))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.first?.template == known)
        #expect(message.sequence == .inOrder)
    }

    @Test("every error says what happened, and has a word of its own for counters")
    func texts() {
        let errors: [MessageError] = [
            .tooShort(octets: 3), .wrongVersion(9), .lengthMismatch(header: 20, received: 16), .badSetLength(offset: 16, length: 3),
            .reservedSetID(offset: 16, id: 4), .badTemplate(offset: 20, reason: "ends inside a field"), .badRecord(offset: 24),
        ]
        #expect(Set(errors.map(\.cause)).count == errors.count)
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors[1].description == "version 9 in the message header is not 10: not IPFIX")
    }
}
