// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct MessageDecoderTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let variable = Template.sample(257, [(7, 2), (82, 65535)])
    private let record: [UInt8] = [10, 0, 0, 1, 0, 0, 0, 9]

    @Test("several sets of several templates in one message, in order")
    func severalSets() throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(
            Wire.message(
                template.set, Wire.set(256, record + record), variable.set, Wire.set(257, [0, 80] + Wire.string("eth0")),
                Wire.set(256, record)))
        #expect(message.dataSets.map(\.template.id) == [256, 257, 256])
        #expect(message.dataSets.map(\.recordCount) == [2, 1, 1])
        #expect(message.templatesReceived == 2)
        #expect(message.setsWithoutTemplate == 0)
    }

    @Test("two templates in one set")
    func twoTemplatesInOneSet() throws {
        var decoder = MessageDecoder()
        let both = Wire.set(2, Array(template.set.dropFirst(4)) + Array(variable.set.dropFirst(4)))
        #expect(try decoder.decode(Wire.message(both)).templatesReceived == 2)
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), Wire.set(257, [0, 1, 0]))).dataSets.count == 2)
    }

    @Test("padding shorter than a record is no record", arguments: 0..<8)
    func padding(count: Int) throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(template.set, Wire.set(256, record + [UInt8](repeating: 0, count: count))))
        #expect(message.dataSets.map(\.recordCount) == [1])
    }

    @Test("padding after a record of variable length is no record", arguments: 0..<3)
    func paddingAfterVariable(count: Int) throws {
        var decoder = MessageDecoder()
        let body = [0, 80] + Wire.string("eth0") + [UInt8](repeating: 0, count: count)
        #expect(try decoder.decode(Wire.message(variable.set, Wire.set(257, body))).dataSets.map(\.recordCount) == [1])
    }

    @Test("a run of zeros that looks like a record cut short is padding")
    func zerosAreNoRecord() throws {
        var decoder = MessageDecoder()
        let wide = Template.sample(258, [(82, 65535), (27, 16)])
        let body = Wire.string("a") + [UInt8](repeating: 1, count: 16) + [UInt8](repeating: 0, count: 16)
        #expect(try decoder.decode(Wire.message(wide.set, Wire.set(258, body))).dataSets.map(\.recordCount) == [1])
    }

    @Test("padding after a template is passed over", arguments: 1..<4)
    func paddingAfterTemplate(count: Int) throws {
        var decoder = MessageDecoder()
        let padded = Wire.set(2, Array(template.set.dropFirst(4)) + [UInt8](repeating: 0, count: count))
        #expect(try decoder.decode(Wire.message(padded)).templatesReceived == 1)
    }

    @Test("a set of no records is none")
    func emptySet() throws {
        var decoder = MessageDecoder()
        #expect(try decoder.decode(Wire.message(template.set, Wire.set(256, []))).dataSets.map(\.recordCount) == [0])
    }

    @Test("integers sent in fewer octets have the template's length")
    func reducedSize() throws {
        var decoder = MessageDecoder()
        let reduced = Template.sample(260, [(1, 3), (2, 5)])
        let octets = Wire.message(reduced.set, Wire.set(260, [1, 0, 0, 0, 0, 0, 2, 0]))
        let set = try #require(try decoder.decode(octets).dataSets.first)
        #expect(set.recordCount == 1)
        #expect(octets.integer(at: set.body.lowerBound, width: 3) == 65_536)
        #expect(octets.integer(at: set.body.lowerBound + 3, width: 5) == 512)
    }

    @Test("a set of an unknown template is skipped, and the rest of the message used")
    func unknownTemplate() throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(Wire.set(999, [1, 2, 3]), template.set, Wire.set(256, record)))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.map(\.template.id) == [256])
    }

    @Test("a template that comes after its data in a message reads them last")
    func templateAfterData() throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(Wire.set(256, record), template.set, Wire.set(256, record + record)))
        #expect(message.setsWithoutTemplate == 1)
        #expect(message.dataSets.map(\.recordCount) == [2])
        #expect(message.released.map(\.set.recordCount) == [1])
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), sequenceNumber: 3)).sequence == .inOrder)
    }

    @Test("templates of one domain are not those of another")
    func domains() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, domain: 1))
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), domain: 2)).setsWithoutTemplate == 1)
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), domain: 1)).setsWithoutTemplate == 0)
    }

    @Test("sequence numbers follow the records of data and options templates, not the templates")
    func sequence() throws {
        var decoder = MessageDecoder()
        let options = Template.sample(300, [(141, 4), (41, 4)], scope: 1)
        let first = try decoder.decode(
            Wire.message(template.set, options.set, Wire.set(256, record + record), Wire.set(300, record), sequenceNumber: 7))
        #expect(first.sequence == .unknown)
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), sequenceNumber: 10)).sequence == .inOrder)
        #expect(try decoder.decode(Wire.message(template.set, sequenceNumber: 11)).sequence == .inOrder)
        #expect(try decoder.decode(Wire.message(Wire.set(256, record), sequenceNumber: 13)).sequence == .lost(2))
    }

    @Test("after a set that could not be counted the next number is taken as it comes")
    func sequenceAfterUnknownTemplate() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, sequenceNumber: 0))
        #expect(try decoder.decode(Wire.message(Wire.set(999, record), sequenceNumber: 0)).sequence == .inOrder)
        #expect(try decoder.decode(Wire.message(sequenceNumber: 50)).sequence == .unknown)
        #expect(try decoder.decode(Wire.message(sequenceNumber: 50)).sequence == .inOrder)
    }

    @Test("a message of another domain leaves the sequence of the first alone")
    func sequenceByDomain() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, Wire.set(256, record), domain: 1))
        _ = try decoder.decode(Wire.message(sequenceNumber: 900, domain: 2))
        #expect(try decoder.decode(Wire.message(sequenceNumber: 1, domain: 1)).sequence == .inOrder)
    }

    @Test("beyond a thousand domains sequence numbers are not followed, and nothing else changes")
    func manyDomains() throws {
        var decoder = MessageDecoder()
        for domain in 0..<1024 { _ = try decoder.decode(Wire.message(domain: UInt32(domain))) }
        _ = try decoder.decode(Wire.message(template.set, domain: 5000))
        let message = try decoder.decode(Wire.message(Wire.set(256, record), sequenceNumber: 77, domain: 5000))
        #expect(message.sequence == .unknown && message.dataSets.count == 1)
        #expect(try decoder.decode(Wire.message(sequenceNumber: 4, domain: 1023)).sequence == .lost(4))
    }
}
