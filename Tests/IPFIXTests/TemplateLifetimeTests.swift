// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// How long templates are believed (RFC 7011 §8.4), and what outlives a session.
@Suite struct TemplateLifetimeTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let options = Template.sample(300, [(141, 4), (41, 4)], scope: 1)
    private let data = Wire.set(256, [10, 0, 0, 1, 0, 0, 0, 9])

    private func at(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_800_000_000 + second) }

    private func isKnown(_ decoder: inout MessageDecoder, at second: Int64, domain: UInt32 = 1) throws -> Bool {
        try decoder.decode(Wire.message(data, domain: domain), at: at(second)).dataSets.count == 1
    }

    @Test("§8.4: a template that is not repeated over UDP is void after half an hour")
    func lifetime() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(template.set, options.set), at: at(0))
        #expect(try isKnown(&decoder, at: 1800))
        #expect(try !isKnown(&decoder, at: 1801))
        _ = decoder.expire(at: at(1900))
        #expect(decoder.statistics.templatesExpired == 2)
    }

    @Test("§8.4: a repetition renews it")
    func repetition() throws {
        var decoder = MessageDecoder(isDatagram: true)
        for second in stride(from: 0, to: 9000, by: 1500) as StrideTo<Int64> {
            _ = try decoder.decode(Wire.message(template.set), at: at(second))
        }
        #expect(try isKnown(&decoder, at: 9300))
        #expect(decoder.statistics.templates == 6 && decoder.statistics.redefinitions == 0 && decoder.statistics.templatesExpired == 0)
    }

    @Test("§8.4: it lives three times as long as lay between its last two comings, when that is longer")
    func slowRepetition() throws {
        var decoder = MessageDecoder(limits: .with(\.templateLifetime, .seconds(100)), isDatagram: true)
        _ = try decoder.decode(Wire.message(template.set), at: at(0))
        _ = try decoder.decode(Wire.message(template.set), at: at(90))
        #expect(try isKnown(&decoder, at: 90 + 270))
        #expect(try !isKnown(&decoder, at: 90 + 271))
    }

    @Test("§8.1: over a stream it lives as long as the session")
    func stream() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set), at: at(0))
        #expect(try isKnown(&decoder, at: 1_000_000))
    }

    @Test("saved templates are IPFIX messages, and read as they were when restored")
    func saved() throws {
        var decoder = MessageDecoder(isDatagram: true)
        let enterprise = Template(
            id: 400,
            fields: [
                FieldSpecifier(element: InformationElement.ID(enterprise: .antrea, number: 101), length: FieldSpecifier.variableLength)
            ])
        _ = try decoder.decode(Wire.message(template.set, options.set, domain: 7), at: at(0))
        _ = try decoder.decode(Wire.message(enterprise.set, domain: 3), at: at(5))
        let octets = decoder.savedTemplates()
        let messages = MessageStream.messages(in: octets)
        #expect(messages.count == 2 && messages.flatMap(\.self) == octets)
        var reader = MessageDecoder()
        for message in messages { _ = try reader.decode(message) }
        #expect(reader.statistics.templates == 2 && reader.statistics.optionsTemplates == 1 && reader.statistics.sets == 3)
        #expect(reader.statisticsByDomain.map(\.domain) == [3, 7])

        var restored = MessageDecoder(isDatagram: true)
        #expect(try restored.restoreTemplates(from: octets, at: at(100)) == 3)
        #expect(try isKnown(&restored, at: 100, domain: 7))
        #expect(restored.statistics.setsByInheritedTemplate == 1)
        // The lifetime counts from when it came, not from the restart.
        #expect(try !isKnown(&restored, at: 1801, domain: 7))
    }

    @Test("thousands of templates are saved in messages that are not too long")
    func savedMany() throws {
        var decoder = MessageDecoder()
        for id in 256..<1256 as Range<UInt16> {
            _ = try decoder.decode(Wire.message(Template.sample(id, (1...30).map { ($0, 4) }).set))
        }
        let octets = decoder.savedTemplates()
        #expect(MessageStream.messages(in: octets).count > 1)
        var restored = MessageDecoder()
        #expect(try restored.restoreTemplates(from: octets, at: at(0)) == 1000)
        #expect(try MessageDecoder().savedTemplates().isEmpty && restored.restoreTemplates(from: [], at: at(0)) == 0)
    }

    @Test("what is no saved templates is refused, and nothing is restored from it", arguments: 0..<60)
    func damaged(position: Int) throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, options.set))
        let octets = decoder.savedTemplates()
        var restored = MessageDecoder()
        let cut = Array(octets.prefix(min(position, octets.count - 1)))
        if cut.isEmpty {
            #expect(try restored.restoreTemplates(from: cut, at: at(0)) == 0)
        } else {
            #expect(throws: MessageError.self) { try restored.restoreTemplates(from: cut, at: at(0)) }
        }
        #expect(try !isKnown(&restored, at: 0))
        var flipped = octets
        if position < flipped.count { flipped[position] ^= 0xFF }
        _ = try? restored.restoreTemplates(from: flipped, at: at(0))
    }

    @Test("a session falls back on an earlier one's templates until it has its own, and says so")
    func inherited() throws {
        var earlier = MessageDecoder(isDatagram: true)
        _ = try earlier.decode(Wire.message(template.set), at: at(0))
        var decoder = MessageDecoder(isDatagram: true)
        decoder.inheritTemplates(from: earlier)
        let first = try decoder.decode(Wire.message(data), at: at(1))
        #expect(first.dataSets.map(\.template) == [template])
        let other = Template.sample(256, [(8, 4)])
        let second = try decoder.decode(Wire.message(other.set, data), at: at(2))
        #expect(second.dataSets.map(\.template) == [other])
        #expect(first.dataSets[0].templateGeneration != second.dataSets[0].templateGeneration)
        #expect(decoder.statistics.setsByInheritedTemplate == 1 && decoder.statistics.redefinitions == 0)
    }

    @Test("an inherited template is void when the session sends an invalid one by its id")
    func inheritedInvalid() throws {
        var earlier = MessageDecoder(isDatagram: true)
        _ = try earlier.decode(Wire.message(template.set), at: at(0))
        var decoder = MessageDecoder(isDatagram: true)
        decoder.inheritTemplates(from: earlier)
        #expect(throws: MessageError.self) { try decoder.decode(Wire.message(Wire.set(2, [1, 0, 0, 9])), at: at(1)) }
        #expect(try !isKnown(&decoder, at: 2))
    }

    @Test("a third session inherits what the second had not announced itself")
    func inheritedTwice() throws {
        var first = MessageDecoder(isDatagram: true)
        _ = try first.decode(Wire.message(template.set), at: at(0))
        var second = MessageDecoder(isDatagram: true)
        second.inheritTemplates(from: first)
        var third = MessageDecoder(isDatagram: true)
        third.inheritTemplates(from: second)
        #expect(try isKnown(&third, at: 1))
    }

    @Test("fields of all templates together are bounded, and a template that has no room any more is not read by its old meaning")
    func fieldLimit() throws {
        var decoder = MessageDecoder(limits: .with(\.fields, 3))
        _ = try decoder.decode(Wire.message(template.set))
        _ = try decoder.decode(Wire.message(Template.sample(257, [(1, 4), (2, 4)]).set))
        #expect(decoder.statistics.templatesRefused == 1)
        #expect(try isKnown(&decoder, at: 0))
        _ = try decoder.decode(Wire.message(Template.sample(256, [(1, 4), (2, 4), (3, 4), (4, 4)]).set))
        #expect(decoder.statistics.templatesRefused == 2)
        #expect(try !isKnown(&decoder, at: 0))
        _ = try decoder.decode(Wire.message(Template.sample(257, [(1, 4), (2, 4)]).set))
        #expect(decoder.statistics.templatesRefused == 2)
    }
}
