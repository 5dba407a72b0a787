// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Lists that lie about their lengths, or that are nested to exhaust a reader.
@Suite struct StructuredDataHostileTests {
    static let template = Template.sample(256, [(291, 65535), (292, 65535), (293, 65535)])
    static let inner = Template.sample(257, [(7, 2), (82, 65535)])
    static let recursive = Template.sample(258, [(292, 65535)])

    private func read(_ content: [UInt8], of template: Template = template, maximumDepth: Int = 8) throws -> DataRecord {
        var decoder = RecordDecoder(registry: try .standard(), maximumDepth: maximumDepth)
        var messages = MessageDecoder()
        let octets = Wire.message(template.set, Wire.set(template.id, content))
        return try #require(try decoder.records(of: octets, by: &messages, templates: [Self.inner, Self.recursive]).first)
    }

    /// A value with its length in three octets.
    private func variable(_ content: [UInt8]) -> [UInt8] { Wire.octets(UInt8(255), UInt16(content.count)) + content }

    /// How many lists are around the innermost value.
    private func depth(_ value: Value) -> Int {
        switch value {
        case .basicList(let list): 1 + (list.values.map(depth).max() ?? 0)
        case .subTemplateList(let list):
            if case .decoded(let records) = list.records { 1 + (records.flatMap(\.values).map(depth).max() ?? 0) } else { 1 }
        default: 0
        }
    }

    @Test(
        "a basicList with impossible lengths stays octets",
        arguments: [
            [], [3], [3, 0, 14, 0],  // too short for its header
            [3, 0x80, 14, 0, 4, 0, 0, 0],  // too short for an enterprise number
            [3, 0, 14, 0, 0], [3, 0, 14, 0, 0, 1, 2],  // values without octets
            [3, 0, 14, 0, 4, 1, 2, 3],  // part of a value
            [3, 0, 82, 255, 255, 9, 97],  // a variable length beyond the end
            [3, 0, 82, 255, 255, 255, 0],  // a long variable length cut short
        ] as [[UInt8]])
    func basicList(content: [UInt8]) throws {
        #expect(try read(variable(content) + [0, 0]).values[0] == .octets(content))
    }

    @Test("a subTemplateList too short for its header stays octets; of records that do not fit only these do")
    func subTemplateList() throws {
        #expect(try read([0] + variable([3, 1]) + [0]).values[1] == .octets([3, 1]))
        for records in [[1], [0, 1], [0, 1, 5, 97], [0, 1, 1, 97, 0]] as [[UInt8]] {
            let value = try read([0] + variable([3, 1, 1] + records) + [0]).values[1]
            #expect(value == .subTemplateList(SubTemplateList(semantic: .allOf, templateID: 257, records: .octets(records))))
        }
    }

    @Test(
        "a subTemplateMultiList with impossible lengths stays octets",
        arguments: [
            [], [3, 1], [3, 1, 1, 0],  // part of an entry's header
            [3, 1, 1, 0, 0], [3, 1, 1, 0, 3],  // a length that does not count itself
            [3, 1, 1, 0, 5], [3, 1, 1, 255, 255, 0, 1],  // a length beyond the end
        ] as [[UInt8]])
    func subTemplateMultiList(content: [UInt8]) throws {
        #expect(try read([0, 0] + variable(content)).values[2] == .octets(content))
    }

    @Test("lists in lists are read as deep as allowed, however deep they go", arguments: [0, 1, 2, 8])
    func nesting(maximumDepth: Int) throws {
        var content: [UInt8] = []
        while content.count < 60_000 { content = variable([3] + Wire.octets(UInt16(258)) + content) }
        let value = try read(content, of: Self.recursive, maximumDepth: maximumDepth).values[0]
        #expect(depth(value) == maximumDepth)
    }

    @Test("basicLists of basicLists are bounded too")
    func nestedBasicLists() throws {
        var content: [UInt8] = []
        while content.count < 60_000 { content = variable([3, 0x01, 0x23, 0xFF, 0xFF] + content) }
        #expect(depth(try read(content + [0, 0]).values[0]) == 8)
    }

    @Test("many small lists in one record are all read")
    func wideNesting() throws {
        // Empty lists of four octets side by side in a list, 15,000 of them.
        let lists = (0..<15_000).flatMap { _ in [3, 3, 1, 2] as [UInt8] }
        let record = try read(variable([3] + Wire.octets(UInt16(258)) + lists), of: Self.recursive)
        guard case .subTemplateList(let list) = record.values[0], case .decoded(let nested) = list.records else {
            Issue.record("not read")
            return
        }
        #expect(nested.count == 15_000)
    }

    @Test("any change of an octet gives a value, and never more octets than there were")
    func mutations() throws {
        let list: [UInt8] = [3, 0x01, 0x01] + [0, 1] + Wire.string("a") + [0, 2] + Wire.string("bc")
        let multiList: [UInt8] = [4, 0x01, 0x01, 0, 8, 0, 1, 1, 97, 0x01, 0x02, 0, 5, 0]
        let basicList: [UInt8] = [3, 0x01, 0x24, 0xFF, 0xFF] + [UInt8(list.count)] + list
        let content = [UInt8(basicList.count)] + basicList + [UInt8(list.count)] + list + [UInt8(multiList.count)] + multiList
        var decoder = RecordDecoder(registry: try .standard())
        for index in content.indices {
            for octet in (0..<8).map({ content[index] ^ 1 << $0 }) + [0, 1, 2, 3, 4, 5, 9, 127, 128, 254, 255] {
                var changed = content
                changed[index] = octet
                var messages = MessageDecoder()
                let octets = Wire.message(Self.template.set, Wire.set(256, changed))
                // A length of a field itself may be wrong; then the message is refused or has other records.
                let records = try? decoder.records(of: octets, by: &messages, templates: [Self.inner, Self.recursive])
                for record in records ?? [] {
                    var writer = OctetWriter()
                    try record.write(into: &writer)
                    #expect(writer.count <= changed.count)
                    _ = record.description
                }
            }
        }
    }
}
