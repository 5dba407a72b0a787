// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
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

    @Test("a late record of the former owner does not take the address back; a later one of it does")
    func late() {
        var index = PodIndex()
        index.observe(.server, of: owner(1), at: .at(10))
        index.observe(.server, of: owner(2), at: .at(20))
        index.observe(.server, of: owner(1), at: .at(15))
        index.observe(.server, of: owner(1), at: .at(20))
        #expect(name(index, at: 30) == 2 && name(index, at: 15) == 1)
        index.observe(.server, of: owner(1), at: .at(40))
        #expect(name(index, at: 30) == 2 && name(index, at: 40) == 1)
    }

    @Test("a release leaves the address to nobody until it is assigned again")
    func release() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(10))
        index.release(.server, of: owner(1), at: .at(20))
        #expect(name(index, at: 15) == 1 && name(index, at: 20) == nil && name(index, at: 99) == nil)
        index.assign(.server, to: owner(2), from: .at(30))
        #expect(name(index, at: 25) == nil && name(index, at: 30) == 2)
        index.release(.client, of: owner(1), at: .at(0))
        index.release(.server, of: owner(1), at: .at(31))
        #expect(name(index, at: 40) == 2)
    }

    @Test("a pod is created before it has its address: until its predecessor is gone the address is the predecessor's")
    func overlap() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(0))
        index.assign(.server, to: owner(2), from: .at(9), knownBy: .at(12))
        index.release(.server, of: owner(1), at: .at(10.5))
        #expect(name(index, at: 10.4) == 1 && name(index, at: 10.5) == 2)
    }

    @Test("word of an end that comes after word of the successor is late, not the end")
    func lateEnd() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(0))
        index.assign(.server, to: owner(2), from: .at(9), knownBy: .at(12))
        index.release(.server, of: owner(1), at: .at(15))
        #expect(name(index, at: 11.9) == 1 && name(index, at: 12) == 2)
    }

    @Test("what the successor's node saw is the latest that the address can have moved")
    func evidence() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(0))
        index.assign(.server, to: owner(2), from: .at(9), knownBy: .at(12))
        index.release(.server, of: owner(1), at: .at(11.5))
        index.observe(.server, of: owner(2), at: .at(11))
        #expect(name(index, at: 10.9) == 1 && name(index, at: 11) == 2)
    }

    @Test("an owner that the cluster has seen end does not come back by its node's clock")
    func skewedNode() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(0))
        index.release(.server, of: owner(1), at: .at(10))
        index.assign(.server, to: owner(2), from: .at(11))
        index.observe(.server, of: owner(1), at: .at(13))
        #expect(name(index, at: 14) == 2 && name(index, at: 9) == 1)
    }

    @Test("the order in which the cluster's pods are told does not matter", arguments: 0..<200 as Range<UInt64>)
    func order(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Four pods in turn; the list names them in any order, and whether an end is told is a matter of luck.
        let pods = (0..<4).map { (owner(UInt32($0) + 1), from: Double($0) * 10, ended: Bool.random(using: &generator)) }
        let told = pods.shuffled(using: &generator)
        var index = PodIndex(), expected = PodIndex()
        for (order, isExpected) in [(pods, true), (told, false)] {
            var built = PodIndex()
            for pod in order {
                built.assign(.server, to: pod.0, from: .at(pod.from), knownBy: .at(100))
                if pod.ended { built.release(.server, of: pod.0, at: .at(pod.from + 8)) }
            }
            if isExpected { expected = built } else { index = built }
        }
        for second in stride(from: -5, to: 60, by: 0.5) {
            #expect(name(index, at: second) == name(expected, at: second), "seed \(seed), at \(second)")
        }
    }

    @Test("what is heard again of the same pod adds to it, and takes nothing away")
    func completion() {
        var index = PodIndex()
        index.assign(.server, to: owner(1, node: nil, labels: 70), from: .at(10))
        index.observe(.server, of: owner(1, node: 91), at: .at(5))
        let found = index.owner(of: .server, at: .at(10))
        #expect(found?.node?.rawValue == 91 && found?.labels?.rawValue == 70)
    }

    @Test("the history of an address is bounded, and forgets its oldest owner")
    func history() {
        var index = PodIndex()
        for pod in 0..<20 { index.assign(.server, to: owner(UInt32(pod + 1)), from: .at(Double(pod) * 10)) }
        #expect(name(index, at: 195) == 20 && name(index, at: 125) == 13)
        // The first that is left is the best there is for a moment before.
        #expect(name(index, at: 100) == 13 && name(index, at: 5) == nil)
    }

    @Test("what only nodes tell holds for an hour before and after; what the cluster tells holds until it says that it is over")
    func word() {
        var index = PodIndex()
        index.observe(.server, of: owner(1), at: .at(10_000))
        #expect(name(index, at: 6_400) == 1 && name(index, at: 6_399) == nil)
        #expect(name(index, at: 13_600) == 1 && name(index, at: 13_601) == nil)
        index.observe(.server, of: owner(1), at: .at(13_000))
        #expect(name(index, at: 16_600) == 1 && name(index, at: 16_601) == nil)
        index.assign(.server, to: owner(1), from: .at(10_000), knownBy: .at(20_000))
        #expect(name(index, at: 1e7) == 1 && name(index, at: 9_970) == 1 && name(index, at: 9_969) == nil)
    }

    @Test("a node that names a pod for a time long before the cluster had it does not know who was there")
    func forgetfulNode() {
        var index = PodIndex()
        index.assign(.server, to: owner(1), from: .at(0))
        index.assign(.server, to: owner(2), from: .at(100), knownBy: .at(101))
        index.release(.server, of: owner(1), at: .at(98))
        for start in [20, 89] as [Double] {
            #expect(index.isTooEarly(owner(2), of: .server, at: .at(start)))
            index.observe(.server, of: owner(2), at: .at(start))
        }
        #expect(name(index, at: 50) == 1 && name(index, at: 97) == 1 && name(index, at: 101) == 2)
        // Clocks differ.
        #expect(!index.isTooEarly(owner(2), of: .server, at: .at(90)) && !index.isTooEarly(owner(3), of: .server, at: .at(0)))
    }

    @Test("at capacity addresses that no node has told of for an hour make room")
    func forgottenWords() {
        var index = PodIndex(capacity: 10)
        for number in 0..<10 { index.observe(IPAddress(v4: UInt32(number)), of: owner(UInt32(number) + 1), at: .at(Double(number))) }
        index.observe(.server, of: owner(50), at: .at(3_000))
        #expect(index.refused == 1 && index.addressCount == 10)
        index.observe(.server, of: owner(50), at: .at(3_605))
        #expect(index.refused == 1 && index.evicted == 5 && index.addressCount == 6 && name(index, at: 3_605) == 50)
    }

    @Test("at capacity the address that has been free for longest makes room; while all are held a further one is refused and counted")
    func capacity() {
        var index = PodIndex(capacity: 2)
        index.assign(.server, to: owner(1), from: .at(10))
        index.assign(.client, to: owner(2), from: .at(10))
        index.assign(.service, to: owner(3), from: .at(10))
        #expect(index.addressCount == 2 && index.refused == 1 && index.evicted == 0)
        index.assign(.server, to: owner(4), from: .at(20))
        index.release(.client, of: owner(2), at: .at(30))
        index.assign(.service, to: owner(3), from: .at(31))
        #expect(index.addressCount == 2 && index.refused == 1 && index.evicted == 1 && name(index, at: 20) == 4)
        #expect(index.owner(of: .client, at: .at(20)) == nil && index.owner(of: .service, at: .at(31)) != nil)
    }

    @Test("addresses that come and go a hundred thousand times leave nothing behind beyond the capacity")
    func churn() {
        var index = PodIndex(capacity: 100)
        for round in 0..<100_000 {
            let address = IPAddress(v4: UInt32(round % 1000))
            index.assign(address, to: owner(UInt32(round % 7)), from: .at(Double(round)))
            index.release(address, of: owner(UInt32(round % 7)), at: .at(Double(round) + 1))
        }
        #expect(index.addressCount == 100 && index.refused == 0 && index.evicted == 99_900)
    }
}
