// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@Suite struct ValueTextTests {
    @Test("numbers are exact, whatever their size")
    func numbers() {
        #expect(Value.unsigned(.max).description == "18446744073709551615")
        #expect(Value.signed(.min).description == "-9223372036854775808")
        #expect(Value.float(0.1).description == "0.1")
        #expect(Value.boolean(true).description == "true")
        #expect(Value.boolean(false).description == "false")
    }

    @Test("addresses are written by RFC 5952, MAC addresses in pairs, octets in hexadecimal")
    func addresses() throws {
        #expect(Value.address(try #require(IPAddress("2001:DB8:0:0:1:0:0:1"))).description == "2001:db8::1:0:0:1")
        #expect(Value.address(try #require(IPAddress("192.0.2.1"))).description == "192.0.2.1")
        #expect(Value.macAddress(MACAddress(rawValue: 0x000A_F0FF_0901)).description == "00:0a:f0:ff:09:01")
        #expect(Value.octets([0, 0x0F, 0xFF]).description == "0x000fff")
        #expect(Value.octets([]).description == "0x")
    }

    @Test("a list is its semantic and its values, a record its names and values")
    func lists() throws {
        let registry = try InformationElementRegistry.standard()
        let basic = BasicList(
            semantic: .allOf, field: FieldSpecifier(.sourceTransportPort), element: .sourceTransportPort,
            values: [.unsigned(1), .unsigned(4)])
        #expect(Value.basicList(basic).description == "allOf[1, 4]")
        let unknown = FieldSpecifier(
            element: InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 9999), number: 1), length: 2)
        let template = Template(id: 256, fields: [FieldSpecifier(.sourceTransportPort), unknown])
        let record = DataRecord(layout: RecordLayout(template: template, registry: registry), values: [.unsigned(53), .octets([0, 255])])
        #expect(record.description == "{sourceTransportPort=53, 9999/1=0x00ff}")
        let list = SubTemplateList(semantic: .ordered, templateID: 256, records: .decoded([record, record]))
        #expect(Value.subTemplateList(list).description == "ordered[\(record), \(record)]")
        let entry = SubTemplateMultiList.Entry(templateID: 999, records: .octets([1]))
        let multiList = SubTemplateMultiList(semantic: ListSemantic(rawValue: 9), entries: [entry, entry])
        #expect(Value.subTemplateMultiList(multiList).description == "9[0x01, 0x01]")
        let names = [ListSemantic.noneOf, .exactlyOneOf, .oneOrMoreOf, .allOf, .ordered, .undefined].map(\.description)
        #expect(names == ["noneOf", "exactlyOneOf", "oneOrMoreOf", "allOf", "ordered", "undefined"])
    }
}
