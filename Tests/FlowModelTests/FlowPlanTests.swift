// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@Suite struct FlowPlanTests {
    private let key: [FieldSpecifier] = [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address)]
    private let keyOctets: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2]

    private func flow(_ fields: [FieldSpecifier], _ octets: [UInt8]) throws -> FlowRecord {
        var decoding = Decoding()
        let template = Template(id: 400, fields: fields)
        return try #require(try decoding.flows(Wire.message(template.set, Wire.set(400, octets))).first)
    }

    @Test("integers of one to eight octets are read, whatever their type's length", arguments: 1...8 as ClosedRange<UInt16>)
    func reducedSize(width: UInt16) throws {
        let field = FieldSpecifier(element: InformationElement.octetDeltaCount.id, length: width)
        let flow = try flow(key + [field], keyOctets + [UInt8](repeating: 0, count: Int(width) - 1) + [77])
        #expect(flow[unsigned: .octetDeltaCount] == 77)
    }

    @Test("values whose length does not suit their type are stepped over")
    func unsuitableLengths() throws {
        let fields = [
            FieldSpecifier(element: InformationElement.octetDeltaCount.id, length: 9),
            FieldSpecifier(element: InformationElement.packetDeltaCount.id, length: 0),
            FieldSpecifier(element: InformationElement.destinationServiceIPv4.id, length: 16),
            FieldSpecifier(element: InformationElement.proxySnatIPv6.id, length: 4),
            FieldSpecifier(element: InformationElement.sourcePodUUID.id, length: 8),
            FieldSpecifier(element: InformationElement.sourceTransportPort.id, length: FieldSpecifier.variableLength),
            FieldSpecifier(.protocolIdentifier),
        ]
        let flow = try flow(key + fields, keyOctets + [UInt8](repeating: 1, count: 9 + 16 + 4 + 8) + [2, 0, 80] + [6])
        #expect(flow[unsigned: .protocolIdentifier] == 6)
        #expect(flow[address: .destinationIPAddress] == IPAddress(v4: 0x0A00_0002))
        for field in [
            FlowField.octetDeltaCount, .packetDeltaCount, .destinationServiceIP, .proxySnatIP, .sourcePodUUID, .sourceTransportPort,
        ] {
            #expect(!flow.isKnown(field), "\(field)")
        }
    }

    @Test("elements that no field stands for are stepped over, of any length")
    func unknownElements() throws {
        let strange = InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 9), number: 4242)
        let fields =
            [FieldSpecifier(element: strange, length: 3)] + key + [
                FieldSpecifier(element: strange, length: 65535), FieldSpecifier(.flowEndReason),
            ]
        let flow = try flow(fields, [1, 2, 3] + keyOctets + Wire.string("whatever") + [3])
        #expect(flow[unsigned: .flowEndReason] == 3)
    }

    @Test("an empty string, a zero identifier and a zero that says none are unknown")
    func emptyIsUnknown() throws {
        let fields = [
            FieldSpecifier(.sourcePodName), FieldSpecifier(element: InformationElement.sourcePodUUID.id, length: 16),
            FieldSpecifier(.flowType),
        ]
        let flow = try flow(
            key + fields + [FieldSpecifier(.sourceTransportPort)], keyOctets + [0] + [UInt8](repeating: 0, count: 17) + [0, 0])
        #expect(!flow.isKnown(.sourcePodName) && !flow.isKnown(.sourcePodUUID) && !flow.isKnown(.flowType))
        #expect(flow[unsigned: .sourceTransportPort] == 0)
    }

    @Test("a string longer than 254 octets is read whole")
    func longString() throws {
        let text = String(repeating: "x", count: 3000)
        var decoding = Decoding()
        let template = Template(id: 400, fields: key + [FieldSpecifier(.sourcePodLabels)])
        let flows = try decoding.flows(
            Wire.message(template.set, Wire.set(400, keyOctets + [255] + Wire.octets(UInt16(3000)) + Array(text.utf8))))
        let name = try #require(flows.first?[name: .sourcePodLabels])
        #expect(decoding.names.text(of: name) == text)
    }

    @Test("a template with addresses of both families: the one that is not there does not hide the other", arguments: [true, false])
    func bothFamilies(isV4First: Bool) throws {
        let v4 = [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address)]
        let v6 = [FieldSpecifier(.sourceIPv6Address), FieldSpecifier(.destinationIPv6Address)]
        let none = [UInt8](repeating: 0, count: 32)
        let flow = try flow(isV4First ? v4 + v6 : v6 + v4, isV4First ? keyOctets + none : none + keyOctets)
        #expect(flow[address: .sourceIPAddress] == IPAddress(v4: 0x0A00_0001))
        #expect(flow[address: .destinationIPAddress] == IPAddress(v4: 0x0A00_0002))
    }

    @Test("a host without address yet is 0.0.0.0, which is known")
    func unspecifiedKey() throws {
        let flow = try flow(key, [0, 0, 0, 0, 255, 255, 255, 255])
        #expect(flow[address: .sourceIPAddress] == IPAddress(v4: 0))
    }

    @Test("only a template with both addresses, and no scope, is of flows")
    func hasAddresses() {
        #expect(FlowPlan(Template(id: 256, fields: key)).hasAddresses)
        #expect(!FlowPlan(Template(id: 256, fields: [key[0]])).hasAddresses)
        #expect(!FlowPlan(Template(id: 256, fields: key, scopeFieldCount: 1)).hasAddresses)
        #expect(!FlowPlan(Template(id: 256, fields: [FieldSpecifier(element: key[0].element, length: 3), key[1]])).hasAddresses)
        #expect(
            FlowPlan(Template(id: 256, fields: [FieldSpecifier(.sourceIPv6Address), FieldSpecifier(.destinationIPv6Address)])).hasAddresses)
    }

    @Test("padding after the last record is no record")
    func padding() throws {
        var decoding = Decoding()
        let template = Template(id: 400, fields: key)
        #expect(try decoding.flows(Wire.message(template.set, Wire.set(400, keyOctets + keyOctets + [0, 0, 0]))).count == 2)
    }
}
