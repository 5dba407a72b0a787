// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// RFC 5610: exporters describe their own elements.
@Suite struct TypeRecordTests {
    /// §3.9: the element by enterprise and number, then its properties.
    static let template = Template.sample(
        260, [(346, 4), (303, 2), (339, 1), (344, 1), (345, 2), (341, 65535), (340, 65535)], scope: 2)

    static func record(
        _ enterprise: UInt32, _ number: UInt16, type: UInt8 = 3, semantics: UInt8 = 1, units: UInt16 = 3, name: String = "queueDepth"
    ) -> [UInt8] {
        Wire.octets(enterprise, number, type, semantics, units) + Wire.string(name) + Wire.string("how long the queue is")
    }

    private func learning(_ records: [UInt8]..., into decoder: inout RecordDecoder) throws -> [Learning?] {
        var messages = MessageDecoder()
        let octets = Wire.message(Self.template.set, Wire.set(Self.template.id, records.flatMap(\.self)))
        let read = try decoder.records(of: octets, by: &messages)
        return read.map { decoder.learn(from: $0) }
    }

    @Test("§3: a described element is known from then on, with type, semantics, units and name")
    func learn() throws {
        var decoder = RecordDecoder(registry: try .standard())
        let id = InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 32473), number: 7)
        let element = InformationElement(
            id: id, name: "queueDepth", type: .unsigned32, semantics: .quantity, units: Units(rawValue: "packets"))
        // Before, its values are octets.
        var messages = MessageDecoder()
        let template = Template(id: 300, fields: [FieldSpecifier(element: id, length: 2)])
        let data = Wire.message(template.set, Wire.set(300, [1, 0]))
        #expect(try decoder.records(of: data, by: &messages).map(\.values) == [[.octets([1, 0])]])
        #expect(try learning(Self.record(32473, 7), into: &decoder) == [.learned(element)])
        #expect(decoder.registry[id] == element)
        #expect(decoder.registry[name: "queueDepth"] == element)
        #expect(try decoder.records(of: data, by: &messages).map(\.values) == [[.unsigned(256)]])
        #expect(decoder.registry.learnedCount == 1)
    }

    @Test("an element is learned whether or not the number has the enterprise bit")
    func enterpriseBit() throws {
        var decoder = RecordDecoder(registry: try .standard())
        let learned = try learning(Self.record(32473, 0x8007), Self.record(32473, 7), into: &decoder)
        guard case .learned(let element)? = learned[0] else {
            Issue.record("not learned")
            return
        }
        #expect(element.id.number == 7)
        #expect(learned[1] == .known(element))
    }

    @Test("IANA's elements and the reverse ones cannot be described anew", arguments: [0, 29305] as [UInt32])
    func registered(enterprise: UInt32) throws {
        var decoder = RecordDecoder(registry: try .standard())
        let id = InformationElement.ID(enterprise: EnterpriseNumber(rawValue: enterprise), number: 8)
        #expect(try learning(Self.record(enterprise, 8), into: &decoder) == [.refused(id, .notEnterprise)])
        #expect(decoder.registry.count == 593)
    }

    @Test("what is known is not redefined, neither number nor name")
    func conflicts() throws {
        var decoder = RecordDecoder(registry: try .standard())
        let antrea = InformationElement.ID(enterprise: .antrea, number: 101)
        let other = InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 32473), number: 1)
        let learned = try learning(
            Self.record(56506, 101, name: "somethingElse"), Self.record(56506, 101, type: 3, name: "sourcePodName"),
            Self.record(32473, 1, name: "sourceIPv4Address"), Self.record(32473, 1, name: "reverseOctetDeltaCount"), into: &decoder)
        #expect(learned[0] == .refused(antrea, .conflict(.numberTaken(by: "sourcePodName"))))
        #expect(learned[1] == .refused(antrea, .conflict(.numberTaken(by: "sourcePodName"))))
        #expect(learned[2] == .refused(other, .conflict(.nameTaken(by: InformationElement.sourceIPv4Address.id))))
        #expect(learned[3] == .refused(other, .conflict(.nameTaken(by: InformationElement.octetDeltaCount.reverse.id))))
        #expect(decoder.registry[other] == nil)
    }

    @Test("a description that cannot be one is refused")
    func malformed() throws {
        var decoder = RecordDecoder(registry: try .standard())
        let learned = try learning(
            Self.record(32473, 0), Self.record(32473, 1, type: 24), Self.record(32473, 1, name: ""), Self.record(32473, 1, name: "a b"),
            Self.record(32473, 1, name: "\u{1B}[31mred"), into: &decoder)
        for learning in learned {
            guard case .refused(_, .malformed)? = learning else {
                Issue.record("\(String(describing: learning))")
                continue
            }
        }
        // Semantics and units that are not assigned are none.
        let lenient = try learning(Self.record(32473, 1, semantics: 200, units: 999), into: &decoder)
        guard case .learned(let element)? = lenient[0] else {
            Issue.record("not learned")
            return
        }
        #expect(element.semantics == .default)
        #expect(element.units == nil)
    }

    @Test("other records say nothing of the kind")
    func otherRecords() throws {
        var decoder = RecordDecoder(registry: try .standard())
        var messages = MessageDecoder()
        let octets = RFC7011ExampleTests.message
        for record in try decoder.records(of: octets, by: &messages) { #expect(decoder.learn(from: record) == nil) }
    }

    @Test("the number of learned elements is bounded")
    func bound() throws {
        var registry = try InformationElementRegistry.standard()
        let layout = RecordLayout(template: Self.template, registry: registry)
        let limit = InformationElementRegistry.maximumLearnedCount
        for number in 1...limit + 1 {
            let record = DataRecord(
                layout: layout,
                values: [
                    .unsigned(32473), .unsigned(UInt64(number)), .unsigned(1), .unsigned(0), .unsigned(0), .string("element\(number)"),
                    .string(""),
                ])
            guard case .learned? = registry.learn(from: record) else {
                #expect(number == limit + 1)
                #expect(registry.learnedCount == limit)
                return
            }
        }
        Issue.record("there was no bound")
    }

    @Test("the numbers of types, semantics and units are those of IANA's registries")
    func registryNumbers() {
        #expect(DataType(registryNumber: 0) == .octetArray)
        #expect(DataType(registryNumber: 4) == .unsigned64)
        #expect(DataType(registryNumber: 13) == .string)
        #expect(DataType(registryNumber: 19) == .ipv6Address)
        #expect(DataType(registryNumber: 22) == .subTemplateMultiList)
        #expect(DataType(registryNumber: 23) == .unsigned256)
        #expect(DataType(registryNumber: .max) == nil)
        #expect(DataTypeSemantics(registryNumber: 3) == .deltaCounter)
        #expect(DataTypeSemantics(registryNumber: 8) == .snmpGauge)
        #expect(DataTypeSemantics(registryNumber: 9) == nil)
        #expect(Units(registryNumber: 0) == nil)
        #expect(Units(registryNumber: 2)?.rawValue == "octets")
        #expect(Units(registryNumber: 15)?.rawValue == "inferred")
        #expect(Units(registryNumber: 16) == nil)
    }
}
