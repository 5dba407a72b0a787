// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct MessageWriterTests {
    private let flow = Template(
        id: 256, fields: [.octetDeltaCount, .octetDeltaCount.reverse, .packetDeltaCount].map { FieldSpecifier($0) })
    private let options = Template(
        id: 257, fields: [FieldSpecifier(element: .init(enterprise: .iana, number: 144), length: 4), FieldSpecifier(.packetTotalCount)],
        scopeFieldCount: 1)
    private let start = Timestamp(seconds: 1_800_000_000)

    private func record(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 24) }
    private func optionsRecord(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 12) }

    @Test("over a stream templates go out once, before their records, and sequence numbers count options records too")
    func stream() throws {
        var writer = MessageWriter(observationDomainID: 7, rule: .once, maximumLength: 16 + 28 + 28)
        try writer.add(flow)
        var messages = try writer.append(record(1), of: 256, at: start)
        #expect(messages == [Wire.message(flow.set, domain: 7, exportTime: 1_800_000_000)])
        try writer.add(options)
        messages = try writer.append(optionsRecord(2), of: 257, at: start)
        #expect(messages == [Wire.message(options.set, domain: 7, exportTime: 1_800_000_000)])
        #expect(writer.waitingLength == 16 + 28 + 16)
        messages = try writer.append(optionsRecord(3), of: 257, at: start + .seconds(86_400))
        messages += try writer.append(record(4), of: 256, at: start + .seconds(86_400))
        #expect(messages.count == 1)
        messages += writer.flush(at: start + .seconds(86_400))
        #expect(messages.count == 2)
        let first = Wire.set(256, record(1)) + Wire.set(257, optionsRecord(2) + optionsRecord(3))
        #expect(messages[0] == Wire.message(first, sequenceNumber: 0, domain: 7, exportTime: 1_800_086_400))
        #expect(messages[1] == Wire.message(Wire.set(256, record(4)), sequenceNumber: 3, domain: 7, exportTime: 1_800_086_400))
        #expect(writer.flush(at: start).isEmpty)
        #expect(writer.sequenceNumber == 4)
    }

    @Test("over UDP templates are repeated after their time, and after a clock that was set back")
    func repeatedByTime() throws {
        var writer = MessageWriter(observationDomainID: 1, rule: .datagrams, maximumLength: 1400)
        try writer.add(flow)
        try writer.add(options)
        let templates = Wire.message(flow.set, options.set, exportTime: 1_800_000_000)
        #expect(writer.flush(at: start) == [templates])
        #expect(writer.flush(at: start + .seconds(599)).isEmpty)
        _ = try writer.append(record(1), of: 256, at: start + .seconds(599))
        // Before the record that waits, which may have been for longer than the receiver keeps templates.
        let repeated = try writer.append(record(2), of: 256, at: start + .seconds(600))
        #expect(repeated == [Wire.message(flow.set, options.set, exportTime: 1_800_000_600)])
        let after = writer.flush(at: start + .seconds(599))
        #expect(after.map { $0[17] } == [2, 0])
    }

    @Test("over UDP templates are repeated after so many messages")
    func repeatedByMessages() throws {
        var writer = MessageWriter(observationDomainID: 1, rule: .repeated(every: .seconds(600), messages: 3), maximumLength: 1400)
        try writer.add(flow)
        var kinds: [Bool] = []
        for number in 0..<8 as Range<UInt8> {
            var messages = try writer.append(record(number), of: 256, at: start)
            messages += writer.flush(at: start)
            kinds += messages.map { $0[17] == 2 }
        }
        #expect(kinds == [true, false, false, false, true, false, false, false, true, false, false])
    }

    @Test("what is too long or unknown is refused, and nothing of it is written")
    func refused() throws {
        var writer = MessageWriter(observationDomainID: 1, rule: .once, maximumLength: 43)
        try writer.add(options)
        #expect(throws: EncodingError.badTemplateID(257)) { try writer.add(options) }
        #expect(throws: EncodingError.badTemplateID(255)) { try writer.add(Template(id: 255, fields: flow.fields)) }
        #expect(throws: EncodingError.templateTooLong(id: 300, octets: 24, maximumMessage: 43)) {
            try writer.add(Template(id: 300, fields: Array(repeating: options.fields[0], count: 5)))
        }
        try writer.add(flow)
        #expect(throws: EncodingError.recordTooLong(templateID: 256, octets: 24, maximumMessage: 43)) {
            _ = try writer.append(record(1), of: 256, at: start)
        }
        #expect(throws: EncodingError.unknownTemplate(id: 999)) { _ = try writer.append(record(1), of: 999, at: start) }
        #expect(writer.waitingLength == 0 && writer.sequenceNumber == 0)
    }

    @Test("RFC 7011 §8.1: a template is withdrawn after its records, over a stream only", arguments: [TemplateRule.once, .datagrams])
    func withdrawal(rule: TemplateRule) throws {
        var writer = MessageWriter(observationDomainID: 1, rule: rule, maximumLength: 1400)
        try writer.add(flow)
        _ = try writer.append(record(1), of: 256, at: start)
        let messages = try writer.withdraw(256, at: start)
        #expect(messages.first.map { $0[17] } == 0)
        #expect(messages.dropFirst().map { Array($0[16...]) } == (rule == .once ? [Wire.withdrawal(256)] : []))
        #expect(throws: EncodingError.unknownTemplate(id: 256)) { _ = try writer.append(record(1), of: 256, at: start) }
        try writer.add(Template(id: 256, fields: options.fields))
        #expect(try writer.append(optionsRecord(1), of: 256, at: start).count == 1)
    }

    @Test("a session that goes on keeps its sequence number, also over the wrap")
    func sequenceWrap() throws {
        var writer = MessageWriter(observationDomainID: 1, rule: .once, maximumLength: 1400, sequenceNumber: .max)
        try writer.add(flow)
        for _ in 0..<3 { _ = try writer.append(record(1), of: 256, at: start) }
        _ = writer.flush(at: start)
        #expect(writer.sequenceNumber == 2)
    }
}
