// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

@Suite struct PodIndexTests {
    private func owner(_ name: UInt32, node: UInt32? = 90, labels: UInt32? = nil) -> PodIndex.Owner {
        PodIndex.Owner(
            name: NameID(rawValue: name), namespace: NameID(rawValue: 80), node: node.map { NameID(rawValue: $0) },
            labels: labels.map { NameID(rawValue: $0) })
    }

    private func name(_ index: PodIndex, at second: Double) -> UInt32? { index.owner(of: .server, at: .at(second))?.name.rawValue }

    @Test("an address has its owner from a time on, and before it the first owner known")
    func one() {
        var index = PodIndex()
        #expect(name(index, at: 0) == nil)
        index.assign(.server, to: owner(1), from: .at(10))
        #expect(name(index, at: 10) == 1 && name(index, at: 1e6) == 1 && name(index, at: 0) == 1)
        #expect(index.owner(of: .client, at: .at(10)) == nil && index.addressCount == 1)
    }

    @Test("another owner ends the one before")
    func two() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(10))
        index.assign(.server, to: owner(2), from: .at(20))
        #expect(name(index, at: 19.999) == 1 && name(index, at: 20) == 2 && name(index, at: 0) == 1)
    }

    @Test("a late record of the former owner does not take the address back")
    func late() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(10))
        index.assign(.server, to: owner(2), from: .at(20))
        index.assign(.server, to: owner(1), from: .at(15))
        index.assign(.server, to: owner(1), from: .at(20))
        #expect(name(index, at: 30) == 2 && name(index, at: 15) == 1)
        index.assign(.server, to: owner(1), from: .at(40))
        #expect(name(index, at: 30) == 2 && name(index, at: 40) == 1)
    }

    @Test("a release leaves the address to nobody until it is assigned again")
    func release() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(10))
        index.release(.server, at: .at(20))
        #expect(name(index, at: 15) == 1 && name(index, at: 20) == nil && name(index, at: 99) == nil)
        index.assign(.server, to: owner(2), from: .at(30))
        #expect(name(index, at: 25) == nil && name(index, at: 30) == 2)
        index.release(.client, at: .at(0))
    }

    @Test("what is heard again of the same pod adds to it, and takes nothing away")
    func completion() {
        var index = PodIndex()
        index.assign(.server, to: owner(1, node: nil, labels: 70), from: .at(10))
        index.assign(.server, to: owner(1, node: 91), from: .at(5))
        let found = index.owner(of: .server, at: .at(10))
        #expect(found?.node?.rawValue == 91 && found?.labels?.rawValue == 70)
    }

    @Test("the history of an address is bounded, and forgets its oldest owner")
    func history() {
        var index = PodIndex()
        for pod in 0..<20 { index.assign(.server, to: owner(UInt32(pod + 1)), from: .at(Double(pod) * 10)) }
        #expect(name(index, at: 195) == 20 && name(index, at: 125) == 13)
        // The first that is left is the best there is for all before.
        #expect(name(index, at: 5) == 13)
    }

    @Test("at capacity a further address is refused and counted, and those that are known go on")
    func capacity() {
        var index = PodIndex(capacity: 1)
        index.assign(.server, to: owner(1), from: .at(10))
        index.assign(.client, to: owner(2), from: .at(10))
        index.assign(.server, to: owner(3), from: .at(20))
        #expect(index.addressCount == 1 && index.refused == 1 && name(index, at: 20) == 3)
    }
}
