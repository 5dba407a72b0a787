// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct RecordDecoderTests {
    private func records(_ octets: [UInt8]...) throws -> [DataRecord] {
        var decoder = RecordDecoder(registry: try .standard())
        var messages = MessageDecoder()
        return try octets.flatMap { try decoder.records(of: $0, by: &messages) }
    }

    @Test("RFC 7011 Appendix A: data and option records with names and values")
    func appendixA() throws {
        let records = try records(RFC7011ExampleTests.message)
        #expect(
            records.map(\.description) == [
                "{sourceIPv4Address=192.0.2.12, destinationIPv4Address=192.0.2.254, ipNextHopIPv4Address=192.0.2.1, packetDeltaCount=5009, "
                    + "octetDeltaCount=5344385}",
                "{sourceIPv4Address=192.0.2.27, destinationIPv4Address=192.0.2.23, ipNextHopIPv4Address=192.0.2.2, packetDeltaCount=748, "
                    + "octetDeltaCount=388934}",
                "{sourceIPv4Address=192.0.2.56, destinationIPv4Address=192.0.2.65, ipNextHopIPv4Address=192.0.2.3, packetDeltaCount=5, "
                    + "octetDeltaCount=6534}",
                "{lineCardId=1, exportedMessageTotalCount=345, exportedFlowRecordTotalCount=10201}",
                "{lineCardId=2, exportedMessageTotalCount=690, exportedFlowRecordTotalCount=20402}",
            ])
        #expect(records.map(\.layout.template.scopeFieldCount) == [0, 0, 0, 1, 1])
    }

    @Test("RFC 5103 Appendix A: one record has both directions of a connection")
    func biflow() throws {
        let template = Template(
            id: 256,
            fields: [
                FieldSpecifier(.flowStartSeconds), FieldSpecifier(.flowStartSeconds.reverse), FieldSpecifier(.sourceIPv4Address),
                FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.sourceTransportPort), FieldSpecifier(.destinationTransportPort),
                FieldSpecifier(.protocolIdentifier), FieldSpecifier(element: InformationElement.octetTotalCount.id, length: 4),
                FieldSpecifier(element: InformationElement.octetTotalCount.reverse.id, length: 4),
                FieldSpecifier(element: InformationElement.packetTotalCount.id, length: 4),
                FieldSpecifier(element: InformationElement.packetTotalCount.reverse.id, length: 4),
            ])
        // A reverse field is its forward number with the enterprise bit, and 29305 (§6.1).
        #expect(template.set[12..<20] == [0x80, 0x96, 0x00, 0x04, 0x00, 0x00, 0x72, 0x79])
        let start = UInt32(1_138_813_200)
        let data =
            Wire.octets(start, start + 1) + [192, 0, 2, 2, 192, 0, 2, 3] + Wire.octets(UInt16(32770), UInt16(80), UInt8(6))
            + Wire.octets(UInt32(18000), UInt32(128_000), UInt32(65), UInt32(110))
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, data))).first)
        #expect(
            record.description
                == "{flowStartSeconds=2006-02-01T17:00:00Z, reverseFlowStartSeconds=2006-02-01T17:00:01Z, sourceIPv4Address=192.0.2.2, "
                + "destinationIPv4Address=192.0.2.3, sourceTransportPort=32770, destinationTransportPort=80, protocolIdentifier=6, "
                + "octetTotalCount=18000, reverseOctetTotalCount=128000, packetTotalCount=65, reversePacketTotalCount=110}")
    }

    @Test("a repeated element keeps all its values, in wire order")
    func repeatedElements() throws {
        let template = Template.sample(256, [(4, 1), (8, 4), (4, 1)])
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, [6, 192, 0, 2, 1, 17]))).first)
        #expect(record.fields.map(\.value.description) == ["6", "192.0.2.1", "17"])
        #expect(record.fields.map(\.element?.name) == ["protocolIdentifier", "sourceIPv4Address", "protocolIdentifier"])
        #expect(record[.protocolIdentifier] == .unsigned(6))
        #expect(record[.destinationIPv4Address] == nil)
    }

    @Test("elements that are not known keep their number and octets; fields of length zero are left out")
    func unknownElements() throws {
        let id = InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 9999), number: 7)
        let template = Template(
            id: 256,
            fields: [
                FieldSpecifier(element: id, length: 3), FieldSpecifier(element: InformationElement.sourcePodName.id, length: 0),
                FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 32000), length: 65535),
            ])
        let record = try #require(try records(Wire.message(template.set, Wire.set(256, [1, 2, 3, 1, 9]))).first)
        #expect(record.description == "{9999/7=0x010203, 0/32000=0x09}")
        #expect(record.fields.map(\.element) == [nil, nil])
    }

    @Test("padding behind the records is none of them")
    func padding() throws {
        let template = Template.sample(256, [(7, 2), (82, 65535)])
        let set = Wire.set(256, [0, 1] + Wire.string("a") + [0, 2] + Wire.string("b") + [0, 0])
        #expect(try records(Wire.message(template.set, set)).count == 2)
    }

    @Test("a template that changes under its id is read by its new fields")
    func changedTemplate() throws {
        let first = Template.sample(256, [(4, 1), (7, 2)]), second = Template.sample(256, [(7, 2), (4, 1)])
        let data = Wire.set(256, [6, 0, 53])
        let withdrawal = Wire.withdrawal(256)
        let records = try records(Wire.message(first.set, data), Wire.message(withdrawal, second.set, Wire.set(256, [0, 53, 6])))
        #expect(
            records.map(\.description) == [
                "{protocolIdentifier=6, sourceTransportPort=53}", "{sourceTransportPort=53, protocolIdentifier=6}",
            ])
    }

    @Test("times take their era from the export time of their message")
    func eras() throws {
        let template = Template.sample(256, [(156, 8)])
        let data = Wire.set(256, Wire.octets(UInt64(10) << 32))
        var decoder = RecordDecoder(registry: try .standard())
        var messages = MessageDecoder()
        let octets = Wire.message(template.set, data, exportTime: 2_085_978_500)
        let record = try #require(try decoder.records(of: octets, by: &messages).first)
        #expect(record.description == "{flowStartNanoseconds=2036-02-07T06:28:26.000000000Z}")
    }

    @Test(
        "every record of a captured stream reads into known elements, and is written back as it was",
        arguments: [
            "gen-antrea.ipfix", "gen-biflow.ipfix", "gen-std4.ipfix",
        ])
    func files(name: String) throws {
        try expectRoundTrip(try MessageStream.messages(ofFile: "ipfix/\(name)"))
    }

    @Test(
        "softflowd, nfprobe and Open vSwitch send nothing that is unknown",
        arguments: [
            "softflowd-ipfix-udp.pcap", "softflowd-ipfix-biflow-tcp.pcap", "pmacct-nfprobe-ipfix-udp.pcap", "ovs-bridge-ipfix.pcap",
        ])
    func captures(name: String) throws {
        try expectRoundTrip(try Capture(fixture: "ipfix/\(name)").messages)
    }

    private func expectRoundTrip(_ octets: [[UInt8]]) throws {
        var decoder = RecordDecoder(registry: try .standard())
        var messages = MessageDecoder()
        var count = 0
        for message in octets {
            let sets = try messages.decode(message).dataSets
            for set in sets {
                let records = unsafe decoder.records(of: set, in: message.span.bytes, exportTime: 1_700_000_000) { _ in nil }
                #expect(records.count == set.recordCount)
                var writer = OctetWriter()
                for record in records {
                    try record.write(into: &writer)
                    for field in record.fields {
                        #expect(field.element != nil, "\(field.specifier.element)")
                    }
                }
                #expect(writer.octets == Array(message[set.body].prefix(writer.count)))
                count += records.count
            }
        }
        #expect(count > 10)
    }
}
