// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Rules of RFC 7011 that a decoder can get wrong quietly, each named by its section.
@Suite struct RFC7011SectionTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let options = Template.sample(300, [(141, 4), (41, 4)], scope: 1)
    private let record: [UInt8] = [10, 0, 0, 1, 0, 0, 0, 9]

    @Test("§3.1: a message is as long as its header says; what its datagram has behind it is no part of it", arguments: [1, 4, 100])
    func trailingOctets(count: Int) throws {
        var decoder = MessageDecoder(isDatagram: true)
        let octets = Wire.message(template.set, Wire.set(256, record))
        let message = try decoder.decode(octets + Wire.set(256, record).prefix(count) + [UInt8](repeating: 1, count: max(0, count - 12)))
        #expect(message.dataSets.map(\.recordCount) == [1] && message.trailingOctets == count)
        #expect(decoder.statistics.messagesWithTrailingOctets == 1 && decoder.statistics.octets == UInt64(octets.count))
    }

    @Test("§3.1: a message of 65,535 octets")
    func longest() throws {
        var decoder = MessageDecoder()
        let string = Template.sample(256, [(82, 65535)])
        let length = 65_535 - 16 - string.set.count - 4 - 3
        let data = Wire.set(256, [255] + Wire.octets(UInt16(length)) + [UInt8](repeating: 1, count: length))
        let octets = Wire.message(string.set, data)
        #expect(octets.count == 65_535)
        #expect(try decoder.decode(octets).dataSets.map(\.recordCount) == [1])
    }

    @Test("§3.3.1: padding after templates, also of four octets and more, is no template", arguments: 1..<12)
    func templatePadding(count: Int) throws {
        var decoder = MessageDecoder()
        let padding = [UInt8](repeating: 0, count: count)
        let sets = [(UInt16(2), template), (3, options)].flatMap { id, template in Wire.set(id, template.set.dropFirst(4) + padding) }
        #expect(try decoder.decode(Wire.message(sets)).templatesReceived == 2)
        #expect(decoder.statistics.withdrawalsIgnored == 0)
    }

    @Test("§3.3.1, §9.1: padding that is not zero does not make a message malformed")
    func nonZeroPadding() throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(template.set, Wire.set(256, record + [1, 2, 3])))
        #expect(message.dataSets.map(\.recordCount) == [1])
    }

    @Test("§3.3.2: sets with reserved ids are passed over, and the message is read", arguments: [0, 1, 4, 5, 100, 255] as [UInt16])
    func reservedSets(id: UInt16) throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(Wire.set(id, [1, 2, 3]), template.set, Wire.set(id, []), Wire.set(256, record)))
        #expect(message.dataSets.map(\.recordCount) == [1] && message.setsWithoutTemplate == 0)
        #expect(decoder.statistics.reservedSets == 2 && decoder.statistics.sets == 4)
    }

    @Test("§3.4.1: one set of many templates")
    func manyTemplates() throws {
        var decoder = MessageDecoder()
        let body = (256..<1256 as Range<UInt16>).flatMap { Template.sample($0, [(1, 8)]).set.dropFirst(4) }
        #expect(try decoder.decode(Wire.message(Wire.set(2, body))).templatesReceived == 1000)
    }

    @Test("§3.4.1: templates and options templates cannot share an id; the last one has it")
    func sharedID() throws {
        var decoder = MessageDecoder(isDatagram: true)
        let asOptions = Template(id: 256, fields: template.fields, scopeFieldCount: 1)
        let message = try decoder.decode(Wire.message(template.set, asOptions.set, Wire.set(256, record)))
        #expect(message.dataSets.map(\.template) == [asOptions])
        #expect(decoder.statistics.optionsRecords == 1 && decoder.statistics.redefinitions == 1)
        #expect(try decoder.decode(Wire.message(template.set, Wire.set(256, record))).dataSets.map(\.template) == [template])
    }

    @Test("§3.4.2.2: template sets of either kind without a template are sets, and no more", arguments: [2, 3] as [UInt16])
    func emptyTemplateSet(id: UInt16) throws {
        var decoder = MessageDecoder()
        let message = try decoder.decode(Wire.message(Wire.set(id, []), template.set, Wire.set(256, record)))
        #expect(message.templatesReceived == 1 && message.dataSets.count == 1)
        #expect(decoder.statistics.sets == 3 && decoder.statistics.withdrawals == 0)
    }

    @Test("§3.4.2.2: an options template may be all scope, and its records are options records")
    func allScope() throws {
        var decoder = MessageDecoder()
        let all = Template.sample(300, [(141, 4), (41, 4)], scope: 2)
        _ = try decoder.decode(Wire.message(all.set, Wire.set(300, record)))
        #expect(decoder.statistics.optionsRecords == 1 && decoder.statistics.dataRecords == 0)
    }

    @Test("§7: a template of one field of variable length, also empty values")
    func oneVariableField() throws {
        var decoder = MessageDecoder()
        let string = Template.sample(256, [(82, 65535)])
        let body = Wire.string("a") + [0, 0] + [255, 0, 1, 65] + [255, 0, 0]
        #expect(try decoder.decode(Wire.message(string.set, Wire.set(256, body))).dataSets.map(\.recordCount) == [5])
    }

    @Test("§6.2: a field of length zero has no octets, between others and repeated")
    func zeroLength() throws {
        var decoder = MessageDecoder()
        let template = Template.sample(256, [(210, 0), (8, 4), (210, 0), (8, 4), (82, 0)])
        let set = try #require(try decoder.decode(Wire.message(template.set, Wire.set(256, record + record))).dataSets.first)
        #expect(set.recordCount == 2 && set.template.fields.count == 5)
    }

    @Test("§8.1: withdrawals of several templates in one set, padded")
    func severalWithdrawals() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set, Template.sample(257, [(1, 8)]).set))
        let message = try decoder.decode(Wire.message(Wire.set(2, [1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])))
        #expect(message.templatesWithdrawn == 2)
        #expect(decoder.statistics.withdrawals == 2 && decoder.statistics.withdrawalsIgnored == 0)
    }

    @Test("§8.1: templates, data and withdrawals take effect in the order of the message")
    func interleaved() throws {
        var decoder = MessageDecoder()
        let other = Template.sample(256, [(2, 4)])
        let data = Wire.set(256, record)
        let message = try decoder.decode(Wire.message(template.set, data, Wire.withdrawal(256), other.set, data))
        #expect(message.dataSets.map(\.recordCount) == [1, 2])
        #expect(decoder.statistics.redefinitions == 0)
    }

    @Test(
        "§8.1: a withdrawal of what is not known, or of nothing, is ignored and counted",
        arguments: [(400, 2), (3, 2), (2, 3), (9, 2), (300, 3)])
    func ignoredWithdrawals(id: Int, set: Int) throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(template.set))
        let message = try decoder.decode(Wire.message(Wire.withdrawal(UInt16(id), inSet: UInt16(set)), Wire.set(256, record)))
        #expect(message.dataSets.count == 1 && message.templatesWithdrawn == 0)
        #expect(decoder.statistics.withdrawalsIgnored == 1)
    }

    @Test("§8.1: over a stream a redefinition without withdrawal is counted, and the old template reads nothing any more")
    func redefinitionOverStream() throws {
        var decoder = MessageDecoder()
        let other = Template.sample(256, [(2, 4)])
        _ = try decoder.decode(Wire.message(template.set))
        #expect(try decoder.decode(Wire.message(other.set, Wire.set(256, record))).dataSets.map(\.template) == [other])
        #expect(decoder.statistics.redefinitions == 1)
    }

    @Test("§8.4: over UDP withdrawals are ignored and counted")
    func withdrawalOverUDP() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(template.set))
        _ = try decoder.decode(Wire.message(Wire.withdrawal(256), Wire.withdrawal(2), Wire.withdrawal(3, inSet: 3)))
        #expect(try decoder.decode(Wire.message(Wire.set(256, record))).dataSets.count == 1)
        #expect(decoder.statistics.withdrawalsIgnored == 3 && decoder.statistics.withdrawals == 0)
    }

    @Test("a template of more fields than allowed is refused and counted, and the rest of its message is read")
    func oversized() throws {
        var decoder = MessageDecoder(limits: .with(\.fieldsPerTemplate, 2))
        let big = Template.sample(256, [(1, 4), (2, 4), (8, 4)])
        _ = try decoder.decode(Wire.message(template.set))
        let message = try decoder.decode(Wire.message(big.set, Template.sample(257, [(2, 4)]).set, Wire.set(257, record)))
        #expect(message.templatesReceived == 2 && message.dataSets.map(\.recordCount) == [2])
        #expect(decoder.statistics.templatesRefused == 1)
        // What 256 meant before is not what it means now.
        #expect(try decoder.decode(Wire.message(Wire.set(256, record))).setsWithoutTemplate == 1)
    }

    @Test("a message that removes thousands of templates and is then refused has removed none")
    func undo() throws {
        var decoder = MessageDecoder()
        for id in 256..<2256 as Range<UInt16> { _ = try decoder.decode(Wire.message(Template.sample(id, [(1, 8)]).set, domain: 1)) }
        _ = try decoder.decode(Wire.message(template.set, options.set, domain: 2))
        let before = decoder.savedTemplates()
        let sets =
            Wire.withdrawal(2) + Wire.withdrawal(3, inSet: 3) + template.set + options.set + Wire.withdrawal(256) + Wire.withdrawal(2)
        for domain in [1, 2] as [UInt32] {
            #expect(throws: MessageError.self) { try decoder.decode(Wire.message(sets, [1], domain: domain)) }
        }
        #expect(decoder.savedTemplates() == before)
        let limit = MessageDecoder(limits: .with(\.templates, 1))
        var full = limit
        _ = try? full.decode(Wire.message(template.set, [1]))
        _ = try full.decode(Wire.message(options.set))
        #expect(full.statistics.templatesRefused == 0)
    }

    @Test("what all domains count together is what each counts")
    func sums() throws {
        var decoder = MessageDecoder(limits: .with(\.domains, 2))
        for domain in 1...4 as ClosedRange<UInt32> {
            let sets = template.set + options.set + Wire.set(256, record + record) + Wire.set(300, record) + Wire.set(999, [1])
            _ = try decoder.decode(Wire.message(sets, domain: domain))
        }
        #expect(decoder.statisticsByDomain.map(\.domain) == [1, 2])
        let one = try #require(decoder.statistics(of: 1))
        #expect(one.messages == 1 && one.sets == 5 && one.dataRecords == 2 && one.optionsRecords == 1 && one.setsKept == 1)
        #expect(decoder.statistics(of: 4) == nil)
        let all = decoder.statistics
        #expect(all.messages == 4 && all.sets == 20 && all.templates == 4 && all.optionsTemplates == 4 && all.setsKept == 4)
        #expect(all.dataRecords == 8 && all.optionsRecords == 4 && all.octets == 4 * one.octets)
    }
}
