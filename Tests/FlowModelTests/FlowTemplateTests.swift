// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import FlowModel

@Suite struct FlowTemplateTests {
    @Test("the antrea profile has the reference's two templates of 43 elements, of its sizes")
    func antrea() throws {
        let templates = FlowTemplate.all(of: .antrea)
        #expect(templates.map(\.template.id) == [256, 257])
        #expect(templates.map(\.family) == [.v4, .v6])
        #expect(templates.map(\.template.minimumRecordLength) == [124, 184])
        for template in templates {
            #expect(template.template.fields.count == 43 && template.fields.count == 43)
            #expect(template.template.fields.filter(\.isVariableLength).count == 17)
            #expect(Wire.message(template.template.set).count == 320)
        }
        #expect(templates[0].template.fields.map(ReferenceElement.init) == ReferenceElement.exporter.map(\.v4))
        #expect(templates[1].template.fields.map(ReferenceElement.init) == ReferenceElement.exporter.map(\.v6))
    }

    @Test("the weir profile has the same 43 first, then its own, and templates without counters")
    func weir() {
        let templates = FlowTemplate.all(of: .weir)
        #expect(templates.map(\.template.id) == [256, 257, 258, 259])
        #expect(templates.map(\.template.fields.count) == [46, 46, 38, 38])
        let antrea = FlowTemplate.all(of: .antrea)
        for index in 0..<2 { #expect(Array(templates[index].fields.prefix(43)) == antrea[index].fields) }
        for template in templates[2...] {
            #expect(Set(template.fields).isDisjoint(with: FlowCounter.allExported))
            #expect(template.fields.count + FlowCounter.allExported.count == 46)
        }
    }
}
