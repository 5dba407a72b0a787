// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// RFC 6313: lists of values and of records, read and written. The records are those of §8 in shape; where it leaves values open, they
/// are our own.
@Suite struct StructuredDataTests {
    static let source: [UInt8] = [192, 0, 2, 201]
    static let destination: [UInt8] = [233, 252, 0, 1]

    private func records(_ octets: [UInt8], templates: [Template] = []) throws -> [DataRecord] {
        var decoder = RecordDecoder(registry: try .standard())
        var messages = MessageDecoder()
        return try decoder.records(of: octets, by: &messages, templates: templates)
    }

    /// What was read, written again, is what was there.
    private func expectSame(_ record: DataRecord, _ octets: [UInt8]) throws {
        var writer = OctetWriter()
        try record.write(into: &writer)
        #expect(writer.octets == octets)
        #expect(try record.encodedLength() == octets.count)
    }

    @Test("§8.1: a multicast record with the list of its egress interfaces, its length in three octets")
    func multicast() throws {
        let template = Template.sample(256, [(10, 4), (8, 4), (12, 4), (291, 65535)])
        #expect(
            template.set == [
                0x00, 0x02, 0x00, 0x18, 0x01, 0x00, 0x00, 0x04, 0x00, 0x0A, 0x00, 0x04, 0x00, 0x08, 0x00, 0x04, 0x00, 0x0C, 0x00, 0x04,
                0x01, 0x23, 0xFF, 0xFF,
            ])
        let data: [UInt8] =
            [0x01, 0x00, 0x00, 0x24, 0x00, 0x00, 0x00, 0x09] + Self.source + Self.destination + [
                0xFF, 0x00, 0x11, 0x03, 0x00, 0x0E, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x08,
            ]
        let record = try #require(try records(Wire.message(template.set, data)).first)
        guard case .basicList(let list) = record.values[3] else {
            Issue.record("\(record)")
            return
        }
        #expect(record.values[0] == .unsigned(9))
        #expect(list.semantic == .allOf)
        #expect(list.element?.name == "egressInterface")
        #expect(list.values == [.unsigned(1), .unsigned(4), .unsigned(8)])
        // Written with its length in one octet, which means the same.
        try expectSame(record, [0, 0, 0, 9] + Self.source + Self.destination + [17] + data.suffix(17))
    }

    @Test("§8.2: a load-balanced record, where each packet left by exactly one interface")
    func loadBalanced() throws {
        let template = Template.sample(256, [(291, 65535)])
        let content: [UInt8] = [17, 0x01, 0x00, 0x0E, 0x00, 0x04, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 8]
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, content))).first)
        #expect(record.description == "{basicList=exactlyOneOf[1, 4, 8]}")
        try expectSame(record, content)
    }

    @Test("§8.3: a record with a list of records of one template")
    func subTemplateList() throws {
        let inner = Template.sample(257, [(7, 2), (11, 2), (4, 1), (2, 4)])
        let outer = Template.sample(258, [(8, 4), (12, 4), (292, 65535)])
        let first: [UInt8] = [0x04, 0x01, 0x00, 0x50, 6, 0, 0, 0, 120]
        let second: [UInt8] = [0x04, 0x02, 0x00, 0x35, 17, 0, 0, 0, 2]
        let content = [192, 0, 2, 1, 192, 0, 2, 105, 21, 3, 0x01, 0x01] + first + second
        let message = Wire.message(inner.set, outer.set, Wire.set(258, content))
        let record = try #require(try records(message, templates: [inner]).first)
        guard case .subTemplateList(let list) = record.values[2], case .decoded(let nested) = list.records else {
            Issue.record("\(record)")
            return
        }
        #expect(list.semantic == .allOf)
        #expect(list.templateID == 257)
        #expect(nested.map { $0[.sourceTransportPort] } == [.unsigned(1025), .unsigned(1026)])
        #expect(nested.map { $0[.packetDeltaCount] } == [.unsigned(120), .unsigned(2)])
        try expectSame(record, content)
    }

    @Test("§8.4: a record with a list of records of several templates")
    func subTemplateMultiList() throws {
        let ports = Template.sample(257, [(7, 2), (11, 2)])
        let names = Template.sample(259, [(82, 65535)])
        let outer = Template.sample(258, [(8, 4), (293, 65535)])
        // The length of an entry counts its own four octets.
        let entries: [UInt8] =
            [0x01, 0x01, 0x00, 0x0C, 0, 1, 0, 2, 0, 3, 0, 4] + [0x01, 0x03, 0x00, 0x09] + Wire.string("eth0")
            + [0x01, 0x01, 0x00, 0x08, 0, 5, 0, 6]
        let content = [192, 0, 2, 1, UInt8(1 + entries.count), 0x04] + entries
        let record = try #require(try records(Wire.message(outer.set, Wire.set(258, content)), templates: [ports, names]).first)
        guard case .subTemplateMultiList(let list) = record.values[1] else {
            Issue.record("\(record)")
            return
        }
        #expect(list.semantic == .ordered)
        #expect(list.entries.map(\.templateID) == [257, 259, 257])
        let counts = list.entries.map { entry in if case .decoded(let records) = entry.records { records.count } else { -1 } }
        #expect(counts == [2, 1, 1])
        try expectSame(record, content)
    }

    @Test("§4.5: lists may be empty")
    func empty() throws {
        let template = Template.sample(256, [(291, 65535), (292, 65535), (293, 65535)])
        let content: [UInt8] = [5, 0xFF, 0x00, 0x0E, 0x00, 0x04, 3, 0x03, 0x01, 0x01, 1, 0x00]
        let inner = Template.sample(257, [(4, 1)])
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, content)), templates: [inner]).first)
        #expect(record.description == "{basicList=undefined[], subTemplateList=allOf[], subTemplateMultiList=noneOf[]}")
        try expectSame(record, content)
    }

    @Test("§4.5.1: a list of an enterprise's element, of variable length, in a field of fixed length")
    func enterpriseElement() throws {
        let template = Template.sample(256, [(291, 17)])
        let content: [UInt8] = [0x02, 0x80, 101, 0xFF, 0xFF, 0x00, 0x00, 0xDC, 0xBA] + [1, 97, 0, 4, 98, 99, 100, 101]
        let antrea = Array(content[..<5]) + [0x00, 0x00, 0xDC, 0xBA] + content[9...]
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, antrea))).first)
        #expect(record.description == "{basicList=oneOrMoreOf[a, , bcde]}")
        try expectSame(record, antrea)
        let unknown = Array(content[..<5]) + [0, 0, 0, 1] + content[9...]
        let other = try #require(try records(Wire.message(template.set, Wire.set(256, unknown))).first)
        #expect(other.description == "{basicList=oneOrMoreOf[0x61, 0x, 0x62636465]}")
        try expectSame(other, unknown)
    }

    @Test("RFC 8549: elements that are lists by their own number")
    func namedList() throws {
        let template = Template.sample(256, [(484, 65535)])
        let content: [UInt8] = [13, 0x03, 0x01, 0xE3, 0x00, 0x04, 0xFD, 0xE9, 0, 1, 0xFD, 0xE9, 0, 2]
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, content))).first)
        #expect(record.description == "{bgpSourceCommunityList=allOf[4259905537, 4259905538]}")
    }

    @Test("a list whose template is not known keeps the octets of its records")
    func unknownTemplate() throws {
        let template = Template.sample(256, [(292, 65535), (293, 65535)])
        let inner = Template.sample(257, [(4, 1)])
        let content: [UInt8] = [5, 0x03, 0x03, 0xE7, 1, 2] + [11, 0x03, 0x03, 0xE7, 0, 5, 9, 0x01, 0x01, 0, 5, 6]
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, content)), templates: [inner]).first)
        #expect(record.description == "{subTemplateList=allOf[0x0102], subTemplateMultiList=allOf[0x09, {protocolIdentifier=6}]}")
        try expectSame(record, content)
    }
}
