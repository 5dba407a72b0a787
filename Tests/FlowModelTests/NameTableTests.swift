// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import Testing

@Suite struct NameTableTests {
    @Test("a text has one id, dense from 1, and is read back by it")
    func ids() {
        var names = NameTable(seed: 1)
        #expect(names.count == 0)
        let a = names.id(of: "web-1"), b = names.id(of: "web-2"), empty = names.id(of: "")
        #expect([a, b, empty].map(\.rawValue) == [1, 2, 3])
        #expect(names.id(of: "web-1") == a)
        #expect(names.text(of: b) == "web-2" && names.text(of: empty) == "")
        #expect(names.count == 3)
    }

    @Test("thousands of names survive growth, whatever the seed", arguments: [0, 1, 0x9E37_79B9_7F4A_7C15, .max] as [UInt64])
    func growth(seed: UInt64) {
        var names = NameTable(seed: seed)
        let ids = (0..<5000).map { names.id(of: "pod-\($0)") }
        #expect(Set(ids).count == 5000 && names.count == 5000)
        for (index, id) in ids.enumerated() {
            #expect(names.text(of: id) == "pod-\(index)" && names.id(of: "pod-\(index)") == id)
        }
        #expect(names.refused == 0)
    }

    @Test("texts that differ in one octet, in length, or in leading zeros are different")
    func neighbours() {
        var names = NameTable(seed: 3)
        var ids: Set<NameID> = []
        for length in 0..<40 {
            ids.insert(names.id(of: String(repeating: "\0", count: length)))
            for position in 0..<length {
                var octets = [UInt8](repeating: 97, count: length)
                octets[position] = 98
                ids.insert(names.id(of: String(decoding: octets, as: UTF8.self)))
            }
        }
        #expect(ids.count == 40 + (0..<40).reduce(0, +))
    }

    @Test("at capacity new texts become one, each time counted, and those that are known stay")
    func capacity() {
        var names = NameTable(capacity: 2, seed: 1)
        let a = names.id(of: "a"), b = names.id(of: "b")
        #expect(names.id(of: "c") == .tooMany && names.id(of: "d") == .tooMany && names.id(of: "c") == .tooMany)
        #expect(names.refused == 3)
        #expect(names.id(of: "a") == a && names.id(of: "b") == b)
        #expect(names.text(of: .tooMany) == NameTable.tooManyText)
        #expect(names.count == 2)
    }

    @Test("texts are bounded by octets as well, so that long ones do not fill the memory")
    func octetCapacity() {
        var names = NameTable(capacity: 1000, octetCapacity: 100, seed: 1)
        let long = names.id(of: String(repeating: "x", count: 60))
        #expect(long.rawValue == 1)
        #expect(names.id(of: String(repeating: "y", count: 60)) == .tooMany)
        #expect(names.refused == 1)
        let short = names.id(of: "short")
        #expect(short.rawValue == 2 && names.text(of: short) == "short")
        #expect(names.id(of: String(repeating: "x", count: 60)) == long)
    }

    @Test("an id of another table is some text or none, never a trap")
    func foreignID() {
        var names = NameTable(seed: 1)
        _ = names.id(of: "a")
        #expect(names.text(of: NameID(rawValue: 2)) == "" && names.text(of: NameID(rawValue: .max)) == "")
    }

    @Test("octets that are not UTF-8 are a text of their own, repaired when read")
    func notUTF8() {
        var names = NameTable(seed: 1)
        let octets: [UInt8] = [0x61, 0xFF, 0x62, 0x61, 0xFE, 0x62]
        // The span is the array's, which lives through each call.
        let first = unsafe names.id(of: octets.span.bytes, range: 0..<3)
        let second = unsafe names.id(of: octets.span.bytes, range: 3..<6)
        #expect(first != second)
        #expect(names.text(of: first) == "a\u{FFFD}b" && names.text(of: second) == "a\u{FFFD}b")
        #expect(unsafe names.id(of: octets.span.bytes, range: 0..<3) == first)
        #expect(unsafe names.text(of: names.id(of: octets.span.bytes, range: 2..<2)) == "")
    }

    @Test("random texts by octets and by string have the same ids", arguments: [5, 6] as [UInt64])
    func byOctets(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        for _ in 0..<2000 {
            let text = String.random(maximumLength: 20, using: &generator)
            let octets = [UInt8](repeating: 1, count: 3) + Array(text.utf8)
            #expect(unsafe names.id(of: octets.span.bytes, range: 3..<octets.count) == names.id(of: text))
        }
    }
}
