// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@testable import Mediation

@Suite struct ConnectionTableTests {
    private func key(_ port: UInt64, _ names: inout NameTable) throws -> ConnectionKey {
        try #require(ConnectionKey(Sample(.source, end: 1, octets: 1).with { $0.port = port }.record(&names)))
    }

    @Test("chains of one key survive removal anywhere, and places are used again", arguments: [1, 2, 3, 4] as [UInt64])
    func chains(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        var table = ConnectionTable(firstConnection: 1, seed: seed)
        var places: [Int64: (place: UInt32, key: ConnectionKey)] = [:]
        for _ in 0..<400 {
            if generator.isOnce(in: 2), let victim = places.keys.sorted().randomElement(using: &generator) {
                if let entry = places.removeValue(forKey: victim) { table.remove(entry.place) }
            } else {
                let key = try key(.random(in: 1...3, using: &generator), &names)
                let place = table.insert(key, table.hash(of: key), isResumed: false, at: .at(0))
                places[table[place].id] = (place, key)
            }
            #expect(table.count == places.count && Set(table.places) == Set(places.values.map(\.place)))
            for (id, entry) in places {
                #expect(table[entry.place].id == id)
                #expect(table.find(entry.key, table.hash(of: entry.key)) { $0.id == id ? 0 : nil } == entry.place)
            }
        }
    }

    @Test("thousands of keys that come and go are found, whatever the index moved", arguments: [1, 2] as [UInt64])
    func manyKeys(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        var table = ConnectionTable(firstConnection: 1, seed: seed)
        var places: [UInt64: UInt32] = [:]
        for _ in 0..<20_000 {
            let port = UInt64.random(in: 1...5000, using: &generator)
            let key = try key(port, &names)
            if let place = places.removeValue(forKey: port) {
                table.remove(place)
                #expect(table.find(key, table.hash(of: key)) { _ in 0 } == nil)
            } else {
                places[port] = table.insert(key, table.hash(of: key), isResumed: false, at: .at(0))
            }
        }
        for port in 1...5000 as ClosedRange<UInt64> {
            let key = try key(port, &names)
            #expect(table.find(key, table.hash(of: key)) { _ in 0 } == places[port])
        }
    }

    @Test("the nearest of a key's connections is found, and none where none is near enough")
    func nearest() throws {
        var names = NameTable(seed: 1)
        var table = ConnectionTable(firstConnection: 1, seed: 0)
        let key = try key(1, &names)
        let places = (0..<3).map { _ in table.insert(key, table.hash(of: key), isResumed: false, at: .at(0)) }
        let distances: [Int64: UInt64] = [1: 3000, 2: 1000, 3: 2000]
        #expect(table.find(key, table.hash(of: key)) { distances[$0.id] } == places[1])
        #expect(table.find(key, table.hash(of: key)) { _ in nil } == nil)
    }

    @Test("a connection takes no more than 336 octets")
    func size() {
        #expect(MemoryLayout<MediatedConnection>.stride <= 336)
    }

    @Test("every fact of a record comes back from its compact form", arguments: 1...20 as ClosedRange<UInt64>)
    func facts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        var table = ConnectionTable(firstConnection: 1, seed: 0)
        var flow = Sample(.both, end: 1, octets: 1).record(&names)
        for field in FactFields.all.map(\.0) + VerdictFields.ingress + VerdictFields.egress where generator.isOnce(in: 2) {
            let definition = FlowSchema.definition(of: field)
            guard definition.owner != .key else { continue }
            switch definition.kind {
            case .unsigned: flow[unsigned: field] = .random(in: 1...15, using: &generator)
            default: flow.setRandom(definition, family: .v4, names: &names, using: &generator)
            }
        }
        let key = try #require(ConnectionKey(flow))
        let place = table.insert(key, table.hash(of: key), isResumed: false, at: .at(0))
        let measures = Measures(of: 0, in: [flow].span, start: .at(0), end: .at(1))
        table[place].merge(measures, from: .only, at: .at(0))
        _ = table.mergeFacts(place, flow, from: .only, checkedBy: Enrichment())
        let found = table.facts(of: place)
        for (field, _) in FactFields.all where ![.flowType, .destinationClusterIP].contains(field) {
            #expect(found.isEqual(field, to: flow), "\(field)")
        }
        for field in VerdictFields.ingress + VerdictFields.egress { #expect(found.isEqual(field, to: flow), "\(field)") }
    }

    @Test("every fact has one place")
    func places() {
        let facts = Set(FactFields.all.filter { $0.1 != .key }.map(\.0) + VerdictFields.ingress + VerdictFields.egress)
        let others: Set<FlowField> = [.tcpState, .flowEndReason, .observation]
        #expect(CompactFacts.fields.isDisjoint(with: RareFacts.fields))
        #expect(CompactFacts.fields.union(RareFacts.fields).subtracting(others) == facts.subtracting([.destinationClusterIP]))
    }
}
