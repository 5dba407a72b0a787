// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowModel

@Suite struct StatisticsSchemaTests {
    @Test("every field is in a kind of record, once, and fits the record")
    func fields() {
        var used: Set<StatisticsField> = []
        for kind in StatisticsKind.allCases {
            let fields = StatisticsSchema.fields(of: kind).map(\.field)
            #expect(Set(fields).count == fields.count, "\(kind)")
            used.formUnion(fields)
        }
        #expect(used == Set(StatisticsField.allCases))
        #expect(StatisticsField.allCases.count == StatisticsRecord.wordCount)
    }

    @Test("a field has its element's name, but for the second of two and for the times of drops")
    func names() {
        for definition in StatisticsKind.allCases.flatMap(StatisticsSchema.fields(of:)) {
            switch definition.field {
            case .reverseIgnoredPacketTotalCount, .firstDropMilliseconds, .lastDropMilliseconds: break
            default: #expect(definition.name == definition.element.name)
            }
        }
    }

    @Test("an element and its occurrence stand for one field of a kind, and occurrences are in order")
    func occurrences() {
        for kind in StatisticsKind.allCases {
            var seen: [InformationElement.ID: Int] = [:]
            for definition in StatisticsSchema.fields(of: kind) {
                #expect(definition.occurrence == seen[definition.element.id, default: 0], "\(kind) \(definition.name)")
                seen[definition.element.id, default: 0] += 1
            }
        }
    }

    @Test("the growth of a field is that of a total of the same record")
    func growth() {
        for kind in StatisticsKind.allCases {
            let totals = Set(StatisticsSchema.fields(of: kind).filter { $0.role == .total }.map(\.field))
            for definition in StatisticsSchema.fields(of: kind) {
                if case .growth(let total) = definition.role { #expect(totals.contains(total), "\(definition.name)") }
            }
        }
    }

    @Test("templates have ids of their own beside those of flows, and scopes come first (RFC 7011 §3.4.2.2)")
    func templates() {
        let ids = StatisticsTemplate.all.map(\.template.id)
        #expect(Set(ids).count == ids.count)
        #expect(Set(ids).isDisjoint(with: FlowTemplate.all(of: .weir).map(\.template.id)))
        for template in StatisticsTemplate.all {
            #expect(template.template.isOptionsTemplate == template.kind.isOption)
            let scopes = template.fields.map { $0.role == .scope }
            #expect(scopes == scopes.sorted { $0 && !$1 }, "\(template.template.id)")
        }
    }

    @Test("the scopes and elements of RFC 7011 §4.1–§4.3 are in the templates of processes")
    func processes() throws {
        func numbers(_ kind: StatisticsKind) throws -> (scope: [UInt16], others: [UInt16]) {
            let template = try #require(StatisticsTemplate.all.first { $0.kind == kind }).template
            let all = template.fields.map(\.element.number)
            return (Array(all.prefix(template.scopeFieldCount)), Array(all.dropFirst(template.scopeFieldCount)))
        }
        let statistics = try numbers(.meteringProcess)
        #expect(statistics.scope == [149, 143])
        #expect(Set(statistics.others).isSuperset(of: [40, 41, 42]))
        let metering = try numbers(.meteringProcessReliability)
        #expect(metering.scope == [149, 143])
        #expect(Set(metering.others).isSuperset(of: [164, 165]))
        let exporting = try numbers(.exportingProcessReliability)
        #expect(exporting.scope == [144])
        #expect(Set(exporting.others).isSuperset(of: [166, 167, 168]))
        // The times of the first and the last drop, and no third that a reader could take for one of them.
        for others in [metering.others, exporting.others] { #expect(others.count { (322...325).contains($0) } == 2) }
    }
}
