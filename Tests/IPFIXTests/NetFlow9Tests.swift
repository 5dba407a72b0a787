// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// NetFlow v9 (RFC 3954) as the same types.
@Suite struct NetFlow9Tests {
    private static let limits = DecodingLimits.with(\.acceptsNetFlow9, true)
    private var decoder = MessageDecoder(limits: limits, isDatagram: true)

    /// A packet with a header whose uptime is ten seconds.
    private func packet(_ sets: [UInt8]..., sequenceNumber: UInt32 = 0, source: UInt32 = 1, exportTime: UInt32 = 1000) -> [UInt8] {
        Wire.octets(UInt16(9), UInt16(sets.count), UInt32(10_000), exportTime, sequenceNumber, source) + sets.flatMap(\.self)
    }

    private let template = Wire.set(0, [1, 0, 0, 2, 0, 8, 0, 4, 0, 22, 0, 4])
    private let record: [UInt8] = [10, 0, 0, 1, 0, 0, 0x27, 0x0F]

    private func error(_ octets: [UInt8]) -> MessageError? {
        var decoder = MessageDecoder(limits: Self.limits, isDatagram: true)
        do {
            _ = try decoder.decode(octets)
            return nil
        } catch {
            return error
        }
    }

    @Test("it is refused where it is not asked for")
    func notAccepted() {
        var decoder = MessageDecoder()
        #expect(throws: MessageError.wrongVersion(9)) { try decoder.decode(packet()) }
    }

    @Test("§5.1: the header")
    mutating func header() throws {
        let message = try decoder.decode(packet(template, sequenceNumber: 77, source: 5))
        #expect(message.version == 9)
        #expect(
            message.header
                == MessageHeader(
                    messageLength: UInt16(20 + template.count), exportTime: 1000, sequenceNumber: 77, observationDomainID: 5,
                    netFlow9: NetFlow9Header(recordCount: 1, systemUptime: 10_000)))
        #expect(message.header.length == 20)
        #expect(decoder.statistics.netFlow9Messages == 1 && decoder.statistics.octets == UInt64(20 + template.count))
    }

    @Test("§8: times since the start of the exporter become absolute, across a wrap too")
    func times() throws {
        var decoder = decoder
        let header = try decoder.decode(packet()).header
        #expect(header.systemInitTime == Timestamp(seconds: 990))
        #expect(header.time(ofUptime: 9_999) == Timestamp(milliseconds: 999_999))
        #expect(header.time(ofUptime: 10_001) == Timestamp(milliseconds: 1_000_001))
        #expect(header.time(ofUptime: UInt32.max - 4_999) == Timestamp(milliseconds: 985_000))
        let ipfix = try decoder.decode(Wire.message()).header
        #expect(ipfix.systemInitTime == nil && ipfix.time(ofUptime: 5) == nil)
    }

    @Test("§5.2, §5.3: a template and its data, padded to four octets")
    mutating func templateAndData() throws {
        let message = try decoder.decode(packet(template, Wire.set(256, record + record + [0, 0, 0])))
        let set = try #require(message.dataSets.first)
        #expect(set.template == .sample(256, [(8, 4), (22, 4)]))
        #expect(set.recordCount == 2)
        #expect(decoder.statistics.templates == 1 && decoder.statistics.dataRecords == 2)
    }

    @Test("§6.1: an options template; scope and options are given in octets, scope types become elements")
    mutating func optionsTemplate() throws {
        let options = Wire.set(
            1, [1, 1, 0, 20, 0, 8] + [0, 1, 0, 4, 0, 2, 0, 4, 0, 3, 0, 2, 0, 4, 0, 2, 0, 5, 0, 2] + [0, 34, 0, 4, 0, 35, 0, 1] + [0, 0])
        let message = try decoder.decode(packet(options, Wire.set(257, [UInt8](repeating: 1, count: 19 + 1))))
        let set = try #require(message.dataSets.first)
        #expect(set.template == .sample(257, [(144, 4), (10, 4), (141, 2), (143, 2), (145, 2), (34, 4), (35, 1)], scope: 5))
        #expect(set.recordCount == 1)
        #expect(decoder.statistics.optionsTemplates == 1 && decoder.statistics.optionsRecords == 1)
    }

    @Test("an options template without scope is one all the same")
    mutating func withoutScope() throws {
        let options = Wire.set(1, [1, 1, 0, 0, 0, 4, 0, 34, 0, 4])
        let set = try #require(try decoder.decode(packet(options, Wire.set(257, [0, 0, 0, 1]))).dataSets.first)
        #expect(set.template.isOptionsTemplate && set.template.scopeFieldCount == 0)
        // IPFIX has no way to write it.
        #expect(decoder.savedTemplates().isEmpty)
    }

    @Test("field types follow IANA's numbers; those with the top bit are Cisco's, without an enterprise number behind them")
    mutating func fieldTypes() throws {
        let template = Wire.set(0, [1, 0, 0, 3, 0, 136, 0, 1, 0x80, 0xE8, 0, 12, 0, 1, 0, 4])
        let set = try #require(try decoder.decode(packet(template, Wire.set(256, [UInt8](repeating: 0, count: 17)))).dataSets.first)
        #expect(
            set.template.fields.map(\.element) == [
                InformationElement.ID(enterprise: .iana, number: 136), InformationElement.ID(enterprise: .cisco, number: 232),
                InformationElement.ID(enterprise: .iana, number: 1),
            ])
        #expect(set.recordCount == 1)
    }

    @Test("the sequence number counts packets, not records")
    mutating func sequence() throws {
        _ = try decoder.decode(packet(template, sequenceNumber: 1))
        #expect(try decoder.decode(packet(Wire.set(256, record + record), sequenceNumber: 2)).sequence == .inOrder)
        #expect(try decoder.decode(packet(Wire.set(999, record), sequenceNumber: 3)).sequence == .inOrder)
        #expect(try decoder.decode(packet(Wire.set(256, record), sequenceNumber: 7)).sequence == .lost(3))
        #expect(decoder.statistics.sequence.lost == 3 && decoder.statistics.sequence.received == 4)
    }

    @Test("data wait for their template here too, and keep the header that their times count from")
    mutating func waiting() throws {
        _ = try decoder.decode(packet(Wire.set(256, record), exportTime: 990))
        let message = try decoder.decode(packet(template, sequenceNumber: 1))
        #expect(message.released.map(\.set.recordCount) == [1])
        #expect(message.released.first?.header.systemInitTime == Timestamp(seconds: 980))
    }

    @Test("sets 2 to 255 are reserved, IPFIX's among them", arguments: [2, 3, 255] as [UInt16])
    mutating func reserved(id: UInt16) throws {
        #expect(try decoder.decode(packet(Wire.set(id, [1, 0, 0, 1, 0, 8, 0, 4]))).templatesReceived == 0)
        #expect(decoder.statistics.reservedSets == 1)
    }

    @Test(
        "templates that make no sense",
        arguments: [
            (0, [0, 255, 0, 1, 0, 8, 0, 4], .reservedID(255)),
            (0, [1, 0, 0, 2, 0, 8, 0, 4], .beyondSet(fieldCount: 2)),
            (0, [1, 0, 0xFF, 0xFF], .beyondSet(fieldCount: 65535)),
            (0, [1, 0, 0, 1, 0, 8, 0, 0], .emptyRecord),
            (1, [1, 0, 0, 4], .beyondSet(fieldCount: 1)),
            (1, [1, 0, 0, 4, 0, 4, 0, 1, 0, 4], .beyondSet(fieldCount: 2)),
            (1, [1, 0, 0, 3, 0, 4, 0, 1, 0, 4], .specifierLength(3)),
            (1, [1, 0, 0, 4, 0, 6, 0, 1, 0, 4, 0, 1, 0, 4], .specifierLength(6)),
            (1, [1, 0, 0, 0, 0, 0], .emptyRecord),
            (1, [0, 9, 0, 4, 0, 0, 0, 1, 0, 4], .reservedID(9)),
        ] as [(UInt16, [UInt8], MessageError.TemplateFault)])
    func badTemplate(set: UInt16, body: [UInt8], fault: MessageError.TemplateFault) {
        #expect(error(packet(Wire.set(set, body))) == .badTemplate(offset: 24, fault))
    }

    @Test("packets that end too early")
    func cut() {
        for count in 16..<20 { #expect(error(Array(packet().prefix(count))) == .tooShort(octets: count)) }
        #expect(error(packet(template, [0])) == .badSetLength(offset: 20 + template.count, length: 1))
        #expect(error(packet(Array(template.dropLast()))) == .setBeyondMessage(offset: 20, length: 16, available: 15))
    }

    @Test("softflowd: four templates, an options template with its record, and the 41 flows that nfdump finds")
    mutating func softflowd() throws {
        let datagrams = try Capture(fixture: "ipfix/softflowd-netflow9-udp.pcap").datagrams
        for datagram in datagrams { _ = try decoder.decode(datagram.octets) }
        let statistics = decoder.statistics
        #expect(statistics.messages == 7 && statistics.netFlow9Messages == 7)
        #expect(statistics.dataRecords == 41)
        #expect(statistics.optionsRecords == 1)
        #expect(statistics.templates == 4 && statistics.optionsTemplates == 1)
        #expect(statistics.setsWithoutTemplate == 0 && statistics.sequence.lost == 0 && statistics.malformed.total == 0)
    }
}
