// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import FlowModel

@Suite struct FlowRecordTests {
    @Test("every field has words of its own, and the record has room for all")
    func layout() {
        var owners: [Int: FlowField] = [:]
        for definition in FlowSchema.fields {
            let width = definition.kind == .address || definition.kind == .uuid ? 2 : 1
            for word in definition.field.word..<definition.field.word + width {
                #expect(owners.updateValue(definition.field, forKey: word) == nil, "\(definition.name)")
                #expect(word < FlowRecord.wordCount)
            }
        }
        #expect(FlowField.allCases.count <= 128)
    }

    @Test("an empty record knows nothing")
    func empty() {
        let flow = FlowRecord()
        for definition in FlowSchema.fields {
            #expect(!flow.isKnown(definition.field))
            #expect(FieldValue(definition, of: flow, NameTable(seed: 0)) == .unknown)
        }
        #expect(flow == FlowRecord())
    }

    @Test("setting a field makes it known and touches no other; forgetting it undoes both", arguments: [1, 2] as [UInt64])
    func setAndForget(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        var full = FlowRecord()
        for definition in FlowSchema.fields { full.setRandom(definition, family: .v6, names: &names, using: &generator) }

        for definition in FlowSchema.fields {
            var one = FlowRecord()
            one.copy(definition.field, from: full)
            var rest = full
            rest.forget(definition.field)
            for other in FlowSchema.fields {
                let isSame = other.field == definition.field
                #expect(one.isKnown(other.field) == isSame)
                #expect(rest.isKnown(other.field) == !isSame)
                #expect(one.isEqual(other.field, to: full) == isSame)
                #expect(rest.isEqual(other.field, to: full) == !isSame)
            }
            #expect(FieldValue(definition, of: one, names) == FieldValue(definition, of: full, names))
            one.forget(definition.field)
            #expect(one == FlowRecord())
        }
    }

    @Test("nil through any subscript makes a field unknown")
    func setNil() {
        var generator = SeededGenerator(seed: 3)
        var names = NameTable(seed: 3)
        for definition in FlowSchema.fields {
            var flow = FlowRecord()
            flow.setRandom(definition, family: .v4, names: &names, using: &generator)
            switch definition.kind {
            case .unsigned: flow[unsigned: definition.field] = nil
            case .time: flow[time: definition.field] = nil
            case .name: flow[name: definition.field] = nil
            case .address: flow[address: definition.field] = nil
            case .uuid: flow[uuid: definition.field] = nil
            }
            #expect(flow == FlowRecord())
        }
    }

    @Test("zero is known, and is not unknown")
    func zero() {
        var flow = FlowRecord()
        flow[unsigned: .octetDeltaCount] = 0
        #expect(flow.isKnown(.octetDeltaCount) && flow[unsigned: .octetDeltaCount] == 0)
        #expect(flow != FlowRecord())
        #expect(!flow.isEqual(.octetDeltaCount, to: FlowRecord()))
    }

    @Test("copying an unknown field forgets what was there")
    func copyUnknown() {
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = IPAddress(v4: 1)
        flow.copy(.sourceIPAddress, from: FlowRecord())
        #expect(flow == FlowRecord())
    }

    @Test("a time before 1970 is kept")
    func negativeTime() {
        var flow = FlowRecord()
        flow[time: .flowStartMilliseconds] = Timestamp(milliseconds: -5)
        #expect(flow[time: .flowStartMilliseconds] == Timestamp(milliseconds: -5))
    }
}
