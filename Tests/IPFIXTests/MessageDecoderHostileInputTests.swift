// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Whatever octets come, the decoder answers with a Message or an error, and what it answers lies inside the octets.
@Suite struct MessageDecoderHostileInputTests {
    static let files = ["gen-std4.ipfix", "gen-biflow.ipfix", "gen-antrea.ipfix"]
    static let captures = ["softflowd-ipfix-udp.pcap", "softflowd-ipfix-biflow-tcp.pcap", "pmacct-nfprobe-ipfix-udp.pcap"]

    static let netFlow9 = "softflowd-netflow9-udp.pcap"
    static let netFlow9Too = DecodingLimits.with(\.acceptsNetFlow9, true)

    static let fewTemplates = DecodingLimits.with(\.templates, 64)

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

    @Test("one octet changed anywhere, in a session of either transport", arguments: files + captures + [netFlow9], [false, true])
    func change(name: String, isDatagram: Bool) throws {
        let messages = try Self.messages(name).prefix(12)
        var decoder = MessageDecoder(limits: Self.netFlow9Too, isDatagram: isDatagram)
        for message in messages { _ = isTaken(message, by: &decoder) }
        for message in messages {
            for index in message.indices {
                for mask in [0xFF, 0x01, 0x80] as [UInt8] {
                    var changed = message
                    changed[index] ^= mask
                    _ = isTaken(changed, by: &decoder)
                }
            }
            check(decoder)
        }
    }

    @Test("a NetFlow packet cut anywhere is taken in part or refused")
    func netFlow9Truncation() throws {
        for message in try Self.messages(Self.netFlow9) {
            var decoder = MessageDecoder(limits: Self.netFlow9Too, isDatagram: true)
            for end in message.indices { _ = isTaken(Array(message[..<end]), by: &decoder) }
            check(decoder)
        }
    }

    @Test("messages of many exporters in any order, some late, some twice, with clocks that jump", arguments: [21, 22, 23] as [UInt64])
    func disorder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let messages = try (Self.files + Self.captures + [Self.netFlow9]).flatMap(Self.messages)
        var limits = Self.netFlow9Too
        limits.keptOctets = 1 << 13
        limits.templates = 8
        var sessions = [MessageDecoder(limits: limits, isDatagram: true), MessageDecoder(limits: limits)]
        var now = Timestamp(seconds: 1_800_000_000)
        for _ in 0..<2000 {
            guard let message = messages.randomElement(using: &generator) else { return }
            now = now + .milliseconds(generator.isOnce(in: 50) ? .random(in: -4_000_000...4_000_000, using: &generator) : 100)
            let index = Int.random(in: sessions.indices, using: &generator)
            if generator.isOnce(in: 100) { sessions[index].inheritTemplates(from: sessions[1 - index]) }
            if generator.isOnce(in: 100) { _ = try? sessions[index].restoreTemplates(from: sessions[1 - index].savedTemplates(), at: now) }
            _ = try? sessions[index].decode(message, at: now)
        }
        for session in sessions { check(session) }
    }

    /// Every Set that came without template is somewhere.
    private func check(_ decoder: MessageDecoder) {
        let statistics = decoder.statistics
        #expect(statistics.setsWithoutTemplate >= statistics.setsKept + statistics.setsWithoutRoom)
        #expect(statistics.setsKept >= statistics.setsReleased + statistics.setsExpired + statistics.setsUnreadable)
        #expect(statistics.setsWithoutTemplate == statistics.setsWaiting + statistics.setsSkipped + statistics.setsReleased)
        #expect(decoder.statisticsByDomain.reduce(0) { $0 + $1.statistics.messages } <= statistics.messages)
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
