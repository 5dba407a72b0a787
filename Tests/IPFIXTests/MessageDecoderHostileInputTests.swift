// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Whatever octets come, the decoder answers with a Message or an error, and what it answers lies inside the octets.
@Suite struct MessageDecoderHostileInputTests {
    static let files = ["gen-std4.ipfix", "gen-biflow.ipfix", "gen-antrea.ipfix"]
    static let captures = ["softflowd-ipfix-udp.pcap", "softflowd-ipfix-biflow-tcp.pcap", "pmacct-nfprobe-ipfix-udp.pcap"]

    static var fewTemplates: DecodingLimits {
        var limits = DecodingLimits()
        limits.templates = 64
        return limits
    }

    static func messages(_ name: String) throws -> [[UInt8]] {
        name.hasSuffix(".pcap") ? try Capture(fixture: "ipfix/\(name)").messages : try MessageStream.messages(ofFile: "ipfix/\(name)")
    }

    /// Decodes, checks that every set lies inside the message, and says whether it was taken.
    private func isTaken(_ octets: [UInt8], by decoder: inout MessageDecoder) -> Bool {
        guard let message = try? decoder.decode(octets) else { return false }
        for set in message.dataSets {
            #expect(set.body.lowerBound >= 20 && set.body.upperBound <= octets.count)
            #expect(set.recordCount * set.template.minimumRecordLength <= set.body.count)
        }
        return true
    }

    private func withLength(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count >= 4 else { return octets }
        return octets[..<2] + Wire.octets(UInt16(octets.count)) + octets[4...]
    }

    @Test("a message cut anywhere is refused, and its templates with it", arguments: files + captures)
    func truncation(name: String) throws {
        let ids: [UInt16] = [256, 257, 258, 259, 1024, 1025, 2048, 2049]
        let probes = [0, 1].map { domain in Wire.message(ids.flatMap { Wire.set($0, []) }, domain: domain) }
        for message in try Self.messages(name) {
            for end in 0..<message.count {
                var decoder = MessageDecoder()
                #expect(!isTaken(Array(message[..<end]), by: &decoder))
                for probe in probes { #expect(try decoder.decode(probe).setsWithoutTemplate == ids.count) }
            }
        }
    }

    @Test("a message cut anywhere whose header says so is taken in part or refused", arguments: files + captures)
    func truncationWithLength(name: String) throws {
        for message in try Self.messages(name) {
            var decoder = MessageDecoder()
            for end in 16..<message.count { _ = isTaken(withLength(Array(message[..<end])), by: &decoder) }
        }
    }

    @Test("mutated messages never stop the decoder", arguments: files + captures, [1, 2, 3] as [UInt64])
    func mutation(name: String, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let messages = try Self.messages(name)
        var decoder = MessageDecoder(limits: Self.fewTemplates)
        for message in messages { _ = isTaken(message, by: &decoder) }
        for _ in 0..<400 {
            guard var message = messages.randomElement(using: &generator) else { return }
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let extremes: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]
                let index =
                    generator.isOnce(in: 2)
                    ? Int.random(in: 0..<min(64, message.count), using: &generator) : .random(in: 0..<message.count, using: &generator)
                message[index] =
                    Bool.random(using: &generator)
                    ? extremes.randomElement(using: &generator) ?? 0 : .random(in: 0...255, using: &generator)
            }
            _ = isTaken(withLength(message), by: &decoder)
        }
    }

    @Test("random octets after a good header never stop the decoder", arguments: [11, 12, 13] as [UInt64])
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var decoder = MessageDecoder(limits: Self.fewTemplates)
        for _ in 0..<3000 {
            let body = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                generator.isOnce(in: 2) ? UInt8.random(in: 0...4, using: &generator) : .random(in: 0...255, using: &generator)
            }
            _ = isTaken(Wire.message(body), by: &decoder)
        }
    }
}
