// SPDX-License-Identifier: Apache-2.0

import Metering
import Testing

@testable import Conntrack

@Suite struct ConntrackHostileInputTests {
    @Test("cut anywhere, the entries before the cut are read and the rest is counted", arguments: ["nfct-dump.bin", "nfct-events.bin"])
    func truncation(name: String) throws {
        let octets = try Fixture.octets(name)
        let whole = Parsing(octets).connections
        var boundaries = 0
        for length in 0..<octets.count {
            let parsing = Parsing(Array(octets[..<length]))
            let rejections = parsing.parser.rejected
            #expect(parsing.connections.elementsEqual(whole.prefix(parsing.connections.count)))
            #expect(rejections == [:] || rejections == [.messageLength: 1])
            if rejections == [:] { boundaries += 1 }
        }
        #expect(boundaries == whole.count)
    }

    @Test("a message cut inside its attributes is rejected, never half read")
    func truncatedEntry() {
        let entry = EntryWriter.entry(.sampleV6())
        let body = Array(entry.dropFirst(NetlinkHeader.lengthInOctets))
        for length in 0..<body.count {
            let parsing = Parsing(EntryWriter.message(Array(body[..<length])) + EntryWriter.entry(.sample()))
            #expect(parsing.connections.last == .sample())
            #expect(parsing.connections.count + parsing.parser.rejected.values.reduce(0, +) == 2)
        }
    }

    @Test("seeded mutations of captured messages never trap", arguments: ["nfct-dump.bin", "nfct-events.bin"], [UInt64(1), 2, 3])
    func mutations(name: String, seed: UInt64) throws {
        let original = try Fixture.octets(name)
        var random = SplitMix64(state: seed)
        for round in 0..<2000 {
            var octets = original
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                octets[Int.random(in: octets.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let parsing = Parsing(octets)
            #expect(parsing.connections.count == parsing.parser.entries, "seed \(seed) round \(round)")
            #expect(parsing.parser.entries <= original.count / NetlinkHeader.lengthInOctets, "seed \(seed) round \(round)")
        }
    }

    @Test("random octets never trap", arguments: [UInt64(11), 12, 13])
    func garbage(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<2000 {
            let octets = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...4, using: &random) }
            #expect(Parsing(octets).connections.isEmpty, "seed \(seed)")
            // The same as the body of a good message, so that the attributes are reached.
            #expect(Parsing(EntryWriter.message(octets)).parser.entries <= 1, "seed \(seed)")
        }
    }
}
