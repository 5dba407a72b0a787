// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// RFC 7011 Appendix A, one Message of 152 octets taken apart.
@Suite struct RFC7011ExampleTests {
    /// A.2.1: addresses of source, destination and next hop, packets, octets.
    static let templateSet: [UInt8] = [
        0x00, 0x02, 0x00, 0x1C, 0x01, 0x00, 0x00, 0x05,
        0x00, 0x08, 0x00, 0x04, 0x00, 0x0C, 0x00, 0x04, 0x00, 0x0F, 0x00, 0x04, 0x00, 0x02, 0x00, 0x04, 0x00, 0x01, 0x00, 0x04,
    ]

    /// A.3: three records.
    static let dataSet: [UInt8] = [
        0x01, 0x00, 0x00, 0x40,
        192, 0, 2, 12, 192, 0, 2, 254, 192, 0, 2, 1, 0x00, 0x00, 0x13, 0x91, 0x00, 0x51, 0x8C, 0x81,
        192, 0, 2, 27, 192, 0, 2, 23, 192, 0, 2, 2, 0x00, 0x00, 0x02, 0xEC, 0x00, 0x05, 0xEF, 0x46,
        192, 0, 2, 56, 192, 0, 2, 65, 192, 0, 2, 3, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x19, 0x86,
    ]

    /// A.4.1: messages and records exported, by line card; two octets of padding.
    static let optionsTemplateSet: [UInt8] = [
        0x00, 0x03, 0x00, 0x18, 0x01, 0x02, 0x00, 0x03, 0x00, 0x01,
        0x00, 0x8D, 0x00, 0x04, 0x00, 0x29, 0x00, 0x02, 0x00, 0x2A, 0x00, 0x02, 0x00, 0x00,
    ]

    /// A.4.4: two line cards.
    static let optionsDataSet: [UInt8] = [
        0x01, 0x02, 0x00, 0x14, 0x00, 0x00, 0x00, 0x01, 0x01, 0x59, 0x27, 0xD9, 0x00, 0x00, 0x00, 0x02, 0x02, 0xB2, 0x4F, 0xB2,
    ]

    /// A.1: the header, with a time and numbers of our own where the example leaves them open.
    static let message =
        [0x00, 0x0A, 0x00, 0x98, 0x4B, 0xB5, 0x80, 0xC0, 0xFF, 0xFF, 0xFF, 0xFE, 0x00, 0x00, 0x00, 0x07] + templateSet + dataSet
        + optionsTemplateSet + optionsDataSet

    @Test("A.1: the header of the whole message")
    func header() throws {
        var decoder = MessageDecoder()
        let header = try decoder.decode(Self.message).header
        #expect(header.messageLength == 152)
        #expect(header.exportTime == 0x4BB5_80C0)
        #expect(header.sequenceNumber == 0xFFFF_FFFE)
        #expect(header.observationDomainID == 7)
        #expect(header.octets == Array(Self.message.prefix(16)))
    }

    @Test("A.2.1: a template of IANA elements, and back")
    func template() throws {
        var decoder = MessageDecoder()
        let template = try #require(try decoder.decode(Self.message).dataSets.first?.template)
        #expect(template == .sample(256, [(8, 4), (12, 4), (15, 4), (2, 4), (1, 4)]))
        #expect(template.fixedRecordLength == 20)
        #expect(template.set == Self.templateSet)
    }

    @Test("A.2.2: a template with an enterprise's own element, and back")
    func enterpriseTemplate() throws {
        let set: [UInt8] = [
            0x00, 0x02, 0x00, 0x20, 0x01, 0x01, 0x00, 0x05, 0x00, 0x08, 0x00, 0x04, 0x00, 0x0C, 0x00, 0x04,
            0x80, 0x0F, 0x00, 0x04, 0x00, 0x00, 0xDC, 0xBA, 0x00, 0x02, 0x00, 0x04, 0x00, 0x01, 0x00, 0x04,
        ]
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(set, Wire.set(257, [])))
        let template = try #require(message.dataSets.first?.template)
        #expect(template.fields[2].element == InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 0xDCBA), number: 15))
        #expect(template.fields.map(\.element.number) == [8, 12, 15, 2, 1])
        #expect(template.set == set)
    }

    @Test("A.3: three records in a set")
    func data() throws {
        var decoder = MessageDecoder()
        let set = try #require(try decoder.decode(Self.message).dataSets.first)
        #expect(set.recordCount == 3)
        let octets = Self.message
        let values = (0..<3).map { record in
            (0..<5).map { UInt32(octets.integer(at: set.body.lowerBound + record * 20 + $0 * 4, width: 4)) }
        }
        #expect(values.map { IPAddress(v4: $0[0]).description } == ["192.0.2.12", "192.0.2.27", "192.0.2.56"])
        #expect(values.map { $0[3] } == [5009, 748, 5])
        #expect(values.map { $0[4] } == [5_344_385, 388_934, 6534])
    }

    @Test("A.4.1: an options template, its padding left alone")
    func optionsTemplate() throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Self.message)
        #expect(message.templatesReceived == 2)
        let template = try #require(message.dataSets.last?.template)
        #expect(template == .sample(258, [(141, 4), (41, 2), (42, 2)], scope: 1))
        #expect(template.isOptionsTemplate)
        // Ours is sent without the padding.
        #expect(Array(template.set.dropFirst(4)) == Array(Self.optionsTemplateSet[4..<22]))
    }

    @Test("A.4.3: an options template whose scope is an enterprise's element")
    func enterpriseScope() throws {
        let set: [UInt8] = [
            0x00, 0x03, 0x00, 0x1C, 0x01, 0x03, 0x00, 0x03, 0x00, 0x01, 0x80, 0x7B, 0x00, 0x04, 0x00, 0x00, 0xDC, 0xBA,
            0x00, 0x29, 0x00, 0x02, 0x00, 0x2A, 0x00, 0x02, 0x00, 0x00,
        ]
        var decoder = MessageDecoder()
        let template = try #require(try decoder.decode(Wire.message(set, Wire.set(259, []))).dataSets.first?.template)
        #expect(template.scopeFieldCount == 1)
        #expect(template.fields[0].element == InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 0xDCBA), number: 123))
    }

    @Test("A.4.4: two records of the options template")
    func optionsData() throws {
        var decoder = MessageDecoder()
        let set = try #require(try decoder.decode(Self.message).dataSets.last)
        #expect(set.recordCount == 2)
        let octets = Self.message
        let counts = (0..<4).map { octets.integer(at: set.body.lowerBound + 4 + $0 / 2 * 8 + $0 % 2 * 2, width: 2) }
        #expect(counts == [345, 10201, 690, 20402])
    }

    @Test("A.5: variable lengths, in one octet and in three", arguments: [(5, 1), (254, 1), (255, 3), (1000, 3), (65_000, 3)])
    func variableLength(length: Int, prefix: Int) throws {
        let value = [UInt8](repeating: 0x61, count: length)
        let encoded = (prefix == 1 ? [UInt8(length)] : [0xFF] + Wire.octets(UInt16(length))) + value
        let template = Template.sample(256, [(82, FieldSpecifier.variableLength)])
        var decoder = MessageDecoder()
        let octets = Wire.message(template.set, Wire.set(256, encoded))
        let set = try #require(try decoder.decode(octets).dataSets.first)
        #expect(set.recordCount == 1)
        let range = octets.range(of: template.fields[0], at: set.body.lowerBound, end: set.body.upperBound)
        #expect(range.map { Array(octets[$0]) } == value)
    }
}
