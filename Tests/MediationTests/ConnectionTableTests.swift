// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@testable import Mediation

@Suite struct ConnectionTableTests {
    @Test("chains of one key survive removal anywhere, and places are used again", arguments: [1, 2, 3, 4] as [UInt64])
    func chains(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        var table = ConnectionTable(firstConnection: 1)
        var places: [Int64: (place: UInt32, key: ConnectionKey)] = [:]
        for step in 0..<400 {
            if generator.isOnce(in: 2), let victim = places.keys.sorted().randomElement(using: &generator) {
                if let entry = places.removeValue(forKey: victim) { table.remove(entry.place) }
            } else {
                let flow = Sample(.source, start: Double(step), end: Double(step), octets: 1).with {
                    $0.port = .random(in: 1...3, using: &generator)
                }
                .record(&names)
                let key = try #require(ConnectionKey(flow))
                let place = table.insert(key, first: flow, from: .sourceNode, at: .at(0))
                places[table[place].id] = (place, key)
            }
            #expect(table.count == places.count && Set(table.places) == Set(places.values.map(\.place)))
            for (id, entry) in places {
                #expect(table[entry.place].id == id)
                #expect(table.find(entry.key) { $0.id == id ? .zero : nil } == entry.place)
            }
        }
    }

    @Test("the nearest of a key's connections is found, and none where none is near enough")
    func nearest() throws {
        var names = NameTable(seed: 1)
        var table = ConnectionTable(firstConnection: 1)
        let flow = Sample(.source, end: 1, octets: 1).record(&names)
        let key = try #require(ConnectionKey(flow))
        let places = (0..<3).map { _ in table.insert(key, first: flow, from: .sourceNode, at: .at(0)) }
        let distances: [Int64: Duration] = [1: .seconds(3), 2: .seconds(1), 3: .seconds(2)]
        #expect(table.find(key) { distances[$0.id] } == places[1])
        #expect(table.find(key) { _ in nil } == nil)
    }
}
