// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Data that come before their template (RFC 7011 §9.3).
@Suite struct WaitingDataTests {
    private let template = Template.sample(256, [(8, 4), (2, 4)])
    private let other = Template.sample(257, [(2, 4)])
    private let record: [UInt8] = [10, 0, 0, 1, 0, 0, 0, 9]
    private var data: [UInt8] { Wire.set(256, record) }

    private func at(_ second: Int64) -> Timestamp { Timestamp(seconds: 1_800_000_000 + second) }

    @Test("§9.3: data before their template over UDP are read when it comes, in the order of their arrival")
    func released() throws {
        var decoder = MessageDecoder(isDatagram: true)
        let first = Wire.message(Wire.set(256, record + record), Wire.set(257, [0, 0, 0, 1]), sequenceNumber: 0, exportTime: 100)
        #expect(try decoder.decode(first, at: at(0)).setsWithoutTemplate == 2)
        #expect(try decoder.decode(Wire.message(data, sequenceNumber: 3, exportTime: 101), at: at(1)).released.isEmpty)
        let message = try decoder.decode(Wire.message(template.set, data, sequenceNumber: 4, exportTime: 110), at: at(10))
        #expect(message.dataSets.map(\.recordCount) == [1] && message.setsWithoutTemplate == 0)
        #expect(message.released.map(\.header.sequenceNumber) == [0, 3])
        #expect(message.released.map(\.set.recordCount) == [2, 1])
        #expect(message.released.map(\.octets) == [record + record, record])
        #expect(message.released.allSatisfy { $0.set.template == template && $0.set.body == $0.octets.indices })
        #expect(
            message.released.map(\.set.templateGeneration) == [
                message.dataSets[0].templateGeneration, message.dataSets[0].templateGeneration,
            ])
        let late = try decoder.decode(Wire.message(other.set, sequenceNumber: 5, exportTime: 111), at: at(11))
        #expect(late.released.map(\.set.template.id) == [257])
        let statistics = decoder.statistics
        #expect(statistics.setsWithoutTemplate == 3 && statistics.setsKept == 3 && statistics.setsReleased == 3)
        #expect(statistics.dataRecords == 5 && statistics.setsWaiting == 0 && statistics.setsSkipped == 0)
    }

    @Test("domains wait apart, each for its own template")
    func domains() throws {
        var decoder = MessageDecoder(isDatagram: true)
        for domain in [1, 2, 3] as [UInt32] { _ = try decoder.decode(Wire.message(data, domain: domain), at: at(0)) }
        #expect(try decoder.decode(Wire.message(template.set, domain: 9), at: at(1)).released.isEmpty)
        let message = try decoder.decode(Wire.message(template.set, domain: 2), at: at(1))
        #expect(message.released.map(\.header.observationDomainID) == [2])
        #expect(decoder.statisticsByDomain.map(\.statistics.setsReleased) == [0, 1, 0, 0])
        #expect(decoder.statistics.setsWaiting == 2)
    }

    @Test("after a minute they are given up, and counted")
    func expiry() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(data), at: at(0))
        _ = try decoder.decode(Wire.message(data, sequenceNumber: 1, domain: 2), at: at(30))
        #expect(decoder.expire(at: at(60)).isEmpty)
        #expect(decoder.expire(at: at(61)) == [1])
        #expect(try decoder.decode(Wire.message(template.set), at: at(62)).released.isEmpty)
        #expect(try decoder.decode(Wire.message(template.set, domain: 2), at: at(90)).released.count == 1)
        #expect(decoder.statistics(of: 1)?.setsExpired == 1)
        #expect(decoder.statistics.setsSkipped == 1 && decoder.statistics.setsReleased == 1)
    }

    @Test("a clock that is set back far does not keep them for ever")
    func clockSetBack() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(data), at: at(0))
        #expect(decoder.expire(at: at(-60)).isEmpty)
        #expect(decoder.expire(at: at(-61)) == [1])
    }

    @Test("what has no room is skipped and counted, what waits already stays")
    func capacity() throws {
        let cost = KeptDataSet.cost + record.count
        var decoder = MessageDecoder(limits: .with(\.keptOctets, 2 * cost), isDatagram: true)
        for number in 0..<5 { _ = try decoder.decode(Wire.message(data, sequenceNumber: UInt32(number)), at: at(0)) }
        #expect(decoder.statistics.setsKept == 2 && decoder.statistics.setsWithoutRoom == 3 && decoder.statistics.setsSkipped == 3)
        #expect(try decoder.decode(Wire.message(template.set), at: at(1)).released.map(\.header.sequenceNumber) == [0, 1])
        _ = try decoder.decode(Wire.message(Wire.set(300, record)), at: at(2))
        #expect(decoder.statistics.setsKept == 3)
    }

    @Test("a set without octets does not wait: it has no records")
    func empty() throws {
        var decoder = MessageDecoder(isDatagram: true)
        #expect(try decoder.decode(Wire.message(Wire.set(256, [])), at: at(0)).setsWithoutTemplate == 1)
        #expect(decoder.statistics.setsKept == 0)
        #expect(try decoder.decode(Wire.message(template.set), at: at(0)).sequence == .inOrder)
    }

    @Test("the template that comes reads them, not the one that replaces it afterwards")
    func redefinition() throws {
        var decoder = MessageDecoder(isDatagram: true)
        let shorter = Template.sample(256, [(2, 4)])
        _ = try decoder.decode(Wire.message(data), at: at(0))
        #expect(try decoder.decode(Wire.message(template.set), at: at(1)).released.map(\.set.template) == [template])
        #expect(try decoder.decode(Wire.message(shorter.set, data), at: at(2)).dataSets.map(\.recordCount) == [2])
        #expect(decoder.statistics.redefinitions == 1 && decoder.statistics.setsReleased == 1)
    }

    @Test("data after an invalid redefinition wait for a valid one")
    func invalidRedefinition() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(template.set), at: at(0))
        let invalid = Wire.message(Wire.set(2, [1, 0, 0, 9, 0, 8, 0, 4]))
        #expect(throws: MessageError.self) { try decoder.decode(invalid, at: at(1)) }
        #expect(try decoder.decode(Wire.message(data), at: at(2)).dataSets.isEmpty)
        let shorter = Template.sample(256, [(2, 4)])
        #expect(try decoder.decode(Wire.message(shorter.set), at: at(3)).released.map(\.set.recordCount) == [2])
    }

    @Test("a template that is refused, or in a refused message, releases nothing")
    func refused() throws {
        var decoder = MessageDecoder(limits: .with(\.fieldsPerTemplate, 1), isDatagram: true)
        _ = try decoder.decode(Wire.message(data), at: at(0))
        #expect(try decoder.decode(Wire.message(template.set), at: at(1)).released.isEmpty)
        let malformed = Wire.message(Template.sample(256, [(2, 4)]).set, Wire.octets(UInt16(256), UInt16(0)))
        #expect(throws: MessageError.self) { try decoder.decode(malformed, at: at(1)) }
        #expect(decoder.statistics.setsWaiting == 1 && decoder.statistics.templatesRefused == 1)
    }

    @Test("a refused message leaves no data waiting")
    func refusedData() throws {
        var decoder = MessageDecoder(isDatagram: true)
        #expect(throws: MessageError.self) { try decoder.decode(Wire.message(data, [1]), at: at(0)) }
        #expect(decoder.statistics.setsKept == 0 && decoder.statistics.setsWithoutTemplate == 0)
    }

    @Test("data that do not fit the template which came are counted, and the message that brought it is read")
    func unreadable() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(Wire.set(300, [200, 1, 2, 3])), at: at(0))
        let message = try decoder.decode(Wire.message(Template.sample(300, [(82, 65535)]).set), at: at(1))
        #expect(message.released.isEmpty && message.templatesReceived == 1)
        #expect(decoder.statistics.setsUnreadable == 1 && decoder.statistics.setsSkipped == 1 && decoder.statistics.setsWaiting == 0)
    }

    @Test("§8.2: over a stream a template reads only what was exported since")
    func stream() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(data, sequenceNumber: 0, exportTime: 99), at: at(0))
        _ = try decoder.decode(Wire.message(data, sequenceNumber: 1, exportTime: 100), at: at(1))
        let message = try decoder.decode(Wire.message(template.set, sequenceNumber: 2, exportTime: 100), at: at(1))
        #expect(message.released.map(\.header.exportTime) == [100])
        #expect(decoder.abandonWaitingData() == [1] && decoder.statistics.setsExpired == 1)
    }

    @Test("§8.2: export times are compared across the wrap of their 32 bits")
    func wrap() throws {
        var decoder = MessageDecoder()
        _ = try decoder.decode(Wire.message(data, exportTime: 3), at: at(0))
        #expect(try decoder.decode(Wire.message(template.set, exportTime: .max), at: at(0)).released.count == 1)
    }

    @Test("the records of released sets settle the loss behind them")
    func settled() throws {
        var decoder = MessageDecoder(isDatagram: true)
        _ = try decoder.decode(Wire.message(sequenceNumber: 7), at: at(0))
        _ = try decoder.decode(Wire.message(Wire.set(256, record + record), Wire.set(257, [0, 0, 0, 1]), sequenceNumber: 7), at: at(0))
        _ = try decoder.decode(Wire.message(template.set, data, sequenceNumber: 12), at: at(1))
        #expect(decoder.statistics.sequence.lost == 0)
        _ = try decoder.decode(Wire.message(other.set, sequenceNumber: 13), at: at(1))
        // Three records were in the message at 7, so two of 7 to 11 are missing.
        #expect(decoder.statistics.sequence.lost == 2)
        #expect(decoder.statistics.sequence.received == 4)
    }

    @Test("thousands of sets and templates pass by without growing what is kept")
    func flood() throws {
        var decoder = MessageDecoder(limits: .with(\.keptOctets, 1 << 14), isDatagram: true)
        var generator = SeededGenerator(seed: 5)
        var released: UInt64 = 0
        for step in 0..<5000 as Range<Int64> {
            let id = UInt16.random(in: 256...600, using: &generator)
            let domain = UInt32.random(in: 0...3, using: &generator)
            let isData = !generator.isOnce(in: 4)
            let set = isData ? Wire.set(id, record) : Template.sample(id, [(2, 4)]).set + Wire.withdrawal(id)
            let message = try decoder.decode(Wire.message(set, domain: domain), at: at(step / 10))
            released += UInt64(message.released.count)
        }
        let statistics = decoder.statistics
        #expect(statistics.setsReleased == released && released > 0)
        #expect(statistics.setsKept + statistics.setsWithoutRoom == statistics.setsWithoutTemplate)
        #expect(statistics.setsWaiting <= 120)
    }
}
