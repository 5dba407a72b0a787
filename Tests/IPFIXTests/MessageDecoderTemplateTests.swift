// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// The life of templates in a session (RFC 7011 §8).
@Suite struct MessageDecoderTemplateTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let other = Template.sample(256, [(8, 4), (1, 8)])
    private let options = Template.sample(300, [(141, 4), (41, 4)], scope: 1)
    private let data = Wire.set(256, [10, 0, 0, 1, 0, 0, 0, 9])

    private func generation(_ decoder: inout MessageDecoder, _ sets: [UInt8]) throws -> UInt64? {
        try decoder.decode(Wire.message(sets + Wire.set(256, []))).dataSets.first?.templateGeneration
    }

    @Test("a repeated template keeps its generation")
    func repetition() throws {
        var decoder = MessageDecoder()
        let first = try generation(&decoder, template.set)
        #expect(first != nil)
        #expect(try generation(&decoder, template.set) == first)
        #expect(try generation(&decoder, []) == first)
    }

    @Test("a redefined template has another generation, and reads the data after it")
    func redefinition() throws {
        var decoder = MessageDecoder()
        let first = try generation(&decoder, template.set)
        let second = try generation(&decoder, other.set)
        #expect(second != first)
        #expect(try generation(&decoder, template.set) != second)
        #expect(try decoder.decode(Wire.message(other.set, data, template.set, data)).dataSets.map(\.recordCount) == [0, 1])
    }

    @Test("a withdrawn template is gone, and may be announced again")
    func withdrawal() throws {
        var decoder = MessageDecoder()
        let first = try generation(&decoder, template.set)
        let message = try decoder.decode(Wire.message(Wire.withdrawal(256), data))
        #expect(message.templatesWithdrawn == 1)
        #expect(message.setsWithoutTemplate == 1)
        #expect(try generation(&decoder, []) == nil)
        let again = try generation(&decoder, template.set)
        #expect(again != nil && again != first)
    }

    @Test("templates withdrawn over UDP stay", arguments: [(256, 2), (2, 2), (3, 3)] as [(UInt16, UInt16)])
    func withdrawalOverUDP(id: UInt16, set: UInt16) throws {
        var decoder = MessageDecoder(isDatagram: true)
        let first = try generation(&decoder, template.set)
        let message = try decoder.decode(Wire.message(Wire.withdrawal(id, inSet: set), data))
        #expect(message.templatesWithdrawn == 0)
        #expect(message.dataSets.map(\.templateGeneration) == [first])
    }

    @Test("the withdrawal of a template that is not known changes nothing")
    func withdrawalOfUnknown() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set))
        _ = try decoder.decode(Wire.message(Wire.withdrawal(400)))
        #expect(try decoder.decode(Wire.message(data)).dataSets.count == 1)
    }

    @Test("id 2 in a Template Set withdraws all templates of its domain, and no options templates")
    func withdrawalOfAll() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, options.set, domain: 1))
        _ = try decoder.decode(Wire.message(template.set, domain: 2))
        _ = try decoder.decode(Wire.message(Wire.withdrawal(2), domain: 1))
        let message = try decoder.decode(Wire.message(data, Wire.set(300, []), domain: 1))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.map(\.template.id) == [300])
        #expect(try decoder.decode(Wire.message(data, domain: 2)).dataSets.count == 1)
    }

    @Test("id 3 in an Options Template Set withdraws all options templates, and no others")
    func withdrawalOfAllOptions() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, options.set))
        _ = try decoder.decode(Wire.message(Wire.withdrawal(3, inSet: 3)))
        let message = try decoder.decode(Wire.message(data, Wire.set(300, [])))
        #expect(message.dataSets.map(\.template.id) == [256])
    }

    @Test("at capacity a new template is refused and counted, and those that are known stay and may change")
    func capacity() throws {
        var limits = DecodingLimits()
        limits.templates = 2
        var decoder = MessageDecoder(limits: limits)
        _ = try decoder.decode(Wire.message(template.set, Template.sample(257, [(8, 4)]).set))
        _ = try decoder.decode(Wire.message(Template.sample(258, [(8, 4)]).set))
        #expect(decoder.statistics.templatesRefused == 1)
        #expect(try decoder.decode(Wire.message(Wire.set(258, [1, 2, 3, 4]))).setsWithoutTemplate == 1)
        _ = try decoder.decode(Wire.message(other.set))
        #expect(try decoder.decode(Wire.message(Wire.set(256, [UInt8](repeating: 1, count: 12)))).dataSets.first?.template == other)
        _ = try decoder.decode(Wire.message(Wire.withdrawal(257)))
        _ = try decoder.decode(Wire.message(Template.sample(258, [(8, 4)]).set))
        #expect(decoder.statistics.templatesRefused == 1)
    }

    @Test("a template of any size up to the limit of fields comes back as it was sent", arguments: [1, 2, 43, 79, 1024])
    func roundTrip(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let fields = (0..<count).map { _ in
            FieldSpecifier(
                element: InformationElement.ID(
                    enterprise: Bool.random(using: &generator)
                        ? .iana : EnterpriseNumber(rawValue: .random(in: 1 ... .max, using: &generator)),
                    number: .random(in: 1...0x7FFF, using: &generator)),
                length: .random(in: 1 ... .max, using: &generator))
        }
        for scope in [0, 1, count] {
            let template = Template(id: 4000, fields: fields, scopeFieldCount: scope)
            var decoder = MessageDecoder()
            #expect(try decoder.decode(Wire.message(template.set, Wire.set(4000, []))).dataSets.first?.template == template)
        }
    }
}
