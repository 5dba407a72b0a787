// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import FlowModel

@Suite struct FlowSchemaTests {
    @Test("every field is described exactly once")
    func complete() {
        #expect(FlowSchema.fields.count == FlowField.allCases.count)
        #expect(Set(FlowSchema.fields.map(\.field)) == Set(FlowField.allCases))
        for field in FlowField.allCases { #expect(FlowSchema.definition(of: field).field == field) }
    }

    @Test("a field has one name, and is found by it")
    func names() {
        for field in FlowField.allCases {
            #expect(FlowSchema.name(of: field) == "\(field)")
            #expect(FlowSchema.definition(of: field).name == "\(field)")
            #expect(FlowSchema.field(named: "\(field)") == field)
        }
        #expect(FlowSchema.field(named: "octets") == nil && FlowSchema.field(named: "") == nil)
    }

    @Test("an element's name is the field's, without the version where there is one for each family")
    func elementNames() {
        for definition in FlowSchema.fields {
            switch definition.elements {
            case .one(let element): #expect(element.name == definition.name)
            case .byFamily(let v4, let v6):
                #expect(v4.name.replacing("v4", with: "v6") == v6.name)
                #expect([v4.name.replacing("v4", with: ""), v4.name.replacing("IPv4", with: "")].contains(definition.name))
            case .none: #expect(definition.owner == .mediator)
            }
        }
    }

    @Test("no element stands for two fields")
    func elementsOnce() {
        let all = FlowSchema.fields.flatMap(\.elements.all)
        #expect(Set(all.map(\.id)).count == all.count)
    }

    @Test("a field's kind is its element's type")
    func kinds() {
        for definition in FlowSchema.fields {
            for element in definition.elements.all {
                switch element.type {
                case .string: #expect(definition.kind == .name)
                case .octetArray: #expect(definition.kind == .uuid)
                case .ipv4Address, .ipv6Address: #expect(definition.kind == .address)
                case .dateTimeMilliseconds: #expect(definition.kind == .time)
                case .unsigned8, .unsigned16, .unsigned32, .unsigned64, .dateTimeSeconds: #expect(definition.kind == .unsigned)
                default: Issue.record("\(definition.name) has a type that no kind holds: \(element.type)")
                }
            }
            let isWide = definition.field.rawValue < FlowField.wideCount
            #expect(isWide == (definition.kind == .address || definition.kind == .uuid), "\(definition.name)")
        }
    }

    @Test("exporter positions count from 1 without gap, the first 43 in the reference's order")
    func exporterOrder() {
        let sent = FlowSchema.fields.filter { $0.exporterPosition != nil }.sorted {
            ($0.exporterPosition ?? 0) < ($1.exporterPosition ?? 0)
        }
        #expect(sent.compactMap(\.exporterPosition) == Array(1...46))
        for (definition, reference) in zip(sent, ReferenceElement.exporter) {
            #expect(definition.elements.element(for: .v4).map { ReferenceElement(FieldSpecifier($0)) } == reference.v4)
            #expect(definition.elements.element(for: .v6).map { ReferenceElement(FieldSpecifier($0)) } == reference.v6)
        }
        #expect(sent[43...].map(\.field) == [.flowStartMilliseconds, .flowEndMilliseconds, .icmpTypeCode])
    }

    @Test("the first 79 rows are the reference's aggregated record with identifiers, in its order")
    func rowOrder() {
        #expect(ReferenceElement.aggregator.count == 79)
        for (definition, reference) in zip(FlowSchema.fields, ReferenceElement.aggregator) {
            for (family, expected) in [(IPAddress.Family.v4, reference.v4), (.v6, reference.v6)] {
                let element = definition.elements.element(for: family)
                // Identifiers are sent with a fixed length though their type's varies.
                let length = definition.kind == .uuid ? 16 : element?.type.naturalLength
                #expect(element.map { ReferenceElement($0.id.enterprise.rawValue, $0.id.number, length) } == expected, "\(definition.name)")
            }
        }
        #expect(
            FlowSchema.fields[79...].map(\.field) == [
                .flowStartMilliseconds, .flowEndMilliseconds, .icmpTypeCode, .observation, .sourceWorkloadKind, .sourceWorkloadName,
                .destinationWorkloadKind, .destinationWorkloadName,
            ])
    }

    @Test("names and identifiers have an empty value that says none; counters and ports do not")
    func zeroUnknown() {
        for definition in FlowSchema.fields where definition.kind == .name || definition.kind == .uuid {
            #expect(definition.isZeroUnknown, "\(definition.name)")
        }
        for counter in FlowCounter.allCases {
            for scope in FlowCounter.Scope.allCases {
                #expect(!FlowSchema.definition(of: counter.total(scope)).isZeroUnknown)
                #expect(!FlowSchema.definition(of: counter.delta(scope)).isZeroUnknown)
            }
        }
    }

    /// 1970 is no time of a flow, and type and code 0 of ICMP are a reply, which begins nothing: each is what a template record
    /// sends where there is none.
    @Test("a time of zero and an ICMP type of zero say none")
    func zeroTimes() {
        for field in [FlowField.flowStartSeconds, .flowEndSeconds, .flowStartMilliseconds, .flowEndMilliseconds, .icmpTypeCode] {
            #expect(FlowSchema.definition(of: field).isZeroUnknown, "\(field)")
        }
    }

    @Test("each field is summed up in one sentence")
    func summaries() {
        for definition in FlowSchema.fields { #expect(definition.summary.hasSuffix(".") && definition.summary.count > 10) }
    }
}
