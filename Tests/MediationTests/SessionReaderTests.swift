// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

@Suite struct SessionReaderTests {
    private let template = Template(
        id: 300,
        fields: [
            FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.octetTotalCount),
            FieldSpecifier(.sourceNodeName),
        ])
    private let options = Template(
        id: 301,
        fields: [
            FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 144), length: 4), FieldSpecifier(.packetTotalCount),
        ],
        scopeFieldCount: 1)

    private func record(_ octets: UInt64, node: String = "node1") -> [UInt8] {
        Wire.octets(UInt32(0x0A00_0001), UInt32(0x0A00_0002), octets) + Wire.string(node)
    }

    /// A session and what came of it.
    private final class Session {
        var reader: SessionReader
        var names = NameTable(seed: 1)
        var flows: [FlowRecord] = []

        init(isDatagram: Bool = false) { reader = SessionReader(exporter: "tcp://192.0.2.7", isDatagram: isDatagram) }

        @discardableResult
        func read(_ octets: [UInt8], at second: Double = 0, becoming reception: Reception = .merged) -> MessageError? {
            var received: [FlowRecord] = []
            let error = reader.read(octets, at: .at(second), names: &names) { flow, _ in
                received.append(flow)
                return reception
            }
            flows += received
            return error
        }

        func minutes() -> [ExporterMinute] { reader.takeMinutes(names: names) }
    }

    @Test("domains that a sender invents do not make a ledger row each")
    func inventedDomains() {
        let session = Session()
        for domain in 1...1000 {
            session.read(Wire.message(template.set, Wire.set(300, record(1)), domain: UInt32(domain)))
        }
        let minutes = session.minutes()
        #expect(minutes.count == 65 && minutes.count { $0.nodeName == "node1" } == 64)
        #expect(minutes.reduce(0) { $0 + $1.records } == 1000)
    }

    @Test("flow records are handed over in order, and counted in the minute of their arrival")
    func ledger() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1) + record(2)), domain: 5), at: 59)
        session.read(Wire.message(Wire.set(300, record(3)), sequenceNumber: 2, domain: 5), at: 60)
        #expect(session.flows.map { $0[unsigned: .octetTotalCount] } == [1, 2, 3])
        let minutes = session.minutes()
        #expect(minutes.map(\.minute) == [.at(0), .at(60)] && minutes.map(\.records) == [2, 1] && minutes.map(\.messages) == [1, 1])
        #expect(
            minutes.allSatisfy {
                $0.exporter == "tcp://192.0.2.7" && $0.observationDomainID == 5 && $0.nodeName == "node1" && $0.isComplete
            })
        #expect(session.minutes().isEmpty)
    }

    @Test("domains are counted apart, in order")
    func domains() {
        let session = Session()
        for domain in [9, 2, 4] as [UInt32] { session.read(Wire.message(template.set, domain: domain)) }
        #expect(session.minutes().map(\.observationDomainID) == [2, 4, 9])
    }

    @Test("a malformed message is counted, and the session goes on")
    func malformed() {
        let session = Session()
        session.read(Wire.message(template.set))
        #expect(session.read([1, 2, 3]) == .tooShort(octets: 3))
        #expect(session.read(Wire.message(Wire.set(300, record(1).dropLast(3)))) != nil)
        session.read(Wire.message(Wire.set(300, record(7))))
        let minutes = session.minutes()
        #expect(minutes.reduce(0) { $0 + $1.malformed } == 2 && minutes.reduce(0) { $0 + $1.messages } == 2)
        #expect(session.flows.count == 1)
    }

    @Test("data before their template are read when it comes, and nothing is missing")
    func templateLater() {
        let session = Session()
        session.read(Wire.message(Wire.set(300, record(1))))
        session.read(Wire.message(template.set, Wire.set(300, record(2)), sequenceNumber: 1))
        session.read(Wire.message(Wire.set(300, record(3)), sequenceNumber: 2))
        #expect(session.flows.map { $0[unsigned: .octetTotalCount] } == [1, 2, 3])
        let minute = session.minutes().first
        #expect(minute?.records == 3 && minute?.lost == 0 && minute?.isComplete == true)
    }

    @Test("a clock that is set by an hour ends no template over datagrams, also of a session that inherits it", arguments: [3600, -3600])
    func clockSet(step: Double) {
        let session = Session(isDatagram: true)
        session.read(Wire.message(template.set, Wire.set(300, record(1))))
        session.reader.clockWasSet(by: .seconds(step))
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 1), at: step + 1)
        let next = Session(isDatagram: true)
        next.reader.inheritTemplates(from: session.reader)
        next.read(Wire.message(Wire.set(300, record(3))), at: step + 2)
        #expect((session.flows + next.flows).map { $0[unsigned: .octetTotalCount] } == [1, 2, 3])
        #expect(Set(session.minutes().map(\.minute)) == [.at(0), .at(step)])
    }

    @Test("data whose template does not come are counted as skipped when they are given up")
    func templateNever() {
        let session = Session()
        session.read(Wire.message(Wire.set(300, record(1)), domain: 7))
        session.read(Wire.message(Wire.set(300, record(2)), domain: 8), at: 30)
        #expect(session.minutes().allSatisfy { $0.isComplete })
        session.reader.expire(at: .at(61))
        let given = session.minutes()
        #expect(given.map(\.observationDomainID) == [7] && given.map(\.setsWithoutTemplate) == [1] && given.map(\.minute) == [.at(60)])
        session.reader.end(at: .at(62))
        #expect(session.minutes().map(\.setsWithoutTemplate) == [1])
        session.reader.end(at: .at(63))
        #expect(session.minutes().isEmpty)
    }

    @Test("data that would need more room than a session has are counted as skipped at once")
    func noRoom() {
        let session = Session()
        for number in 0..<1200 as Range<UInt32> {
            session.read(Wire.message(Wire.set(300, [UInt8](repeating: 1, count: 1000)), sequenceNumber: number))
        }
        let room = UInt64((1 << 20) / (1000 + KeptDataSet.cost))
        #expect(session.minutes().map(\.setsWithoutTemplate) == [1200 - room])
    }

    @Test("a late message takes back what was counted as lost in its minute")
    func late() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), sequenceNumber: 0))
        session.read(Wire.message(Wire.set(300, record(3)), sequenceNumber: 2))
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 1))
        #expect(session.flows.count == 3)
        #expect(session.minutes().map(\.lost) == [0])
    }

    @Test("records that come again are handed on again, and are no loss")
    func duplicate() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), sequenceNumber: 0))
        for _ in 0..<2 { session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 1)) }
        #expect(session.flows.count == 3)
        #expect(session.minutes().allSatisfy { $0.records == 3 && $0.isComplete })
    }

    @Test("§9.1: after three malformed messages in a row the exporter of a stream is not listened to; a good one between begins anew")
    func malfunctioning() {
        let session = Session()
        for _ in 0..<2 { session.read([1, 2, 3]) }
        session.read(Wire.message(template.set))
        for _ in 0..<2 { session.read([1, 2, 3]) }
        #expect(!session.reader.isMalfunctioning)
        session.read([1, 2, 3])
        #expect(session.reader.isMalfunctioning)
        var datagrams = SessionReader(exporter: "udp://192.0.2.7", isDatagram: true)
        for _ in 0..<9 { _ = datagrams.read([0], at: .at(0), names: &session.names) { _, _ in .merged } }
        #expect(!datagrams.isMalfunctioning)
    }

    @Test("a session falls back on an earlier one's templates")
    func inherited() {
        let session = Session()
        session.read(Wire.message(template.set))
        var reader = SessionReader(exporter: "udp://192.0.2.7", isDatagram: true)
        reader.inheritTemplates(from: session.reader)
        var flows = 0
        _ = reader.read(Wire.message(Wire.set(300, record(1))), at: .at(0), names: &session.names) { _, _ in
            flows += 1
            return .merged
        }
        #expect(flows == 1)
    }

    @Test("a redefined template is compiled anew")
    func redefinition() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1))))
        let shorter = Template(id: 300, fields: Array(template.fields.dropLast()))
        session.read(Wire.message(shorter.set, Wire.set(300, Array(record(2).prefix(16)))))
        session.read(Wire.message(template.set, Wire.set(300, record(3))))
        #expect(session.flows.map { $0[unsigned: .octetTotalCount] } == [1, 2, 3])
        #expect(session.flows.map { $0.isKnown(.sourceNodeName) } == [true, false, true])
    }

    @Test("records missing by sequence number are lost when they have not come for a minute, in the minute in which they were missed")
    func lost() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), sequenceNumber: 10), at: 50)
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 16), at: 55)
        #expect(session.minutes().map(\.lost) == [0])
        session.reader.expire(at: .at(114))
        #expect(session.minutes().isEmpty)
        session.reader.expire(at: .at(116))
        let minutes = session.minutes()
        #expect(minutes.map(\.lost) == [5] && minutes.map(\.minute) == [.at(0)])
    }

    @Test("what is missing when a session ends is lost")
    func lostAtEnd() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), sequenceNumber: 10))
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 16))
        session.reader.end(at: .at(1))
        #expect(session.minutes().map(\.lost) == [5])
    }

    @Test("a message that comes after its minute was taken is no loss, and those that stay away are")
    func lateAfterTaking() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), sequenceNumber: 0))
        session.read(Wire.message(Wire.set(300, record(4)), sequenceNumber: 3))
        #expect(session.minutes().map(\.lost) == [0])
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 1), at: 40)
        session.reader.expire(at: .at(100))
        #expect(session.minutes().reduce(0) { $0 + $1.lost } == 1)
    }

    @Test("records that came too late are counted so")
    func tooLate() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1) + record(2))), becoming: .dropped(.tooOld))
        let minute = session.minutes().first
        #expect(minute?.records == 2 && minute?.late == 2 && minute?.refused == 0 && minute?.isComplete == false)
        #expect(minute?.drops == [.tooOld: 2] && minute?.isBalanced == true)
    }

    @Test("records of options templates are no flows, and count for the sequence")
    func optionsRecords() {
        let session = Session()
        session.read(Wire.message(options.set, template.set, Wire.set(301, Wire.octets(UInt32(1), UInt64(2))), Wire.set(300, record(1))))
        session.read(Wire.message(Wire.set(300, record(2)), sequenceNumber: 2))
        #expect(session.flows.count == 2 && session.reader.otherRecords == 1)
        let minute = session.minutes().first
        #expect(minute?.records == 2 && minute?.lost == 0)
    }

    @Test("records that nobody keeps are counted as refused")
    func refused() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1) + record(2))), becoming: .dropped(.foreignNode))
        let minute = session.minutes().first
        #expect(minute?.records == 2 && minute?.refused == 2 && minute?.isComplete == false)
        #expect(minute?.drops == [.foreignNode: 2] && minute?.isBalanced == true)
    }

    @Test("the exporter's node is known once a record has told, and stays known in later minutes")
    func nodeName() {
        let session = Session()
        session.read(Wire.message(template.set))
        #expect(session.minutes().map(\.nodeName) == [nil])
        session.read(Wire.message(Wire.set(300, record(1, node: "node7"))), at: 60)
        #expect(session.minutes().map(\.nodeName) == ["node7"])
        session.read(Wire.message(sequenceNumber: 1), at: 120)
        #expect(session.minutes().map(\.nodeName) == ["node7"])
    }

    @Test("an exporter that is connected and says nothing has a minute all the same")
    func alive() {
        let session = Session()
        session.read(Wire.message(template.set, Wire.set(300, record(1)), domain: 5))
        _ = session.minutes()
        session.reader.noteAlive(at: .at(60))
        let minutes = session.minutes()
        #expect(minutes.map(\.minute) == [.at(60)] && minutes.map(\.nodeName) == ["node1"] && minutes.map(\.observationDomainID) == [5])
        #expect(minutes.map(\.records) == [0] && minutes.allSatisfy(\.isComplete))
    }

    @Test("an exporter that changes its template all the time is read all the same")
    func manyGenerations() {
        let session = Session()
        let other = Template(id: 300, fields: template.fields + [FieldSpecifier(.flowType)])
        for step in 0..<5000 as Range<UInt64> {
            let isOdd = step % 2 == 1
            session.read(
                Wire.message((isOdd ? other : template).set, Wire.set(300, record(step) + (isOdd ? [1] : [])), sequenceNumber: UInt32(step))
            )
        }
        #expect(session.flows.map { $0[unsigned: .octetTotalCount] } == (0..<5000).map { $0 })
        #expect(session.minutes().map(\.lost) == [0])
    }

    @Test("a whole generated file: all its flows, nothing lost")
    func file() throws {
        let session = Session()
        for message in try MessageStream.messages(ofFile: "ipfix/gen-antrea.ipfix") { #expect(session.read(message) == nil) }
        let minutes = session.minutes()
        #expect(minutes.reduce(0) { $0 + $1.records } == 102 && minutes.allSatisfy(\.isComplete))
    }

    @Test("Open vSwitch's own records: flows are handed over, the others counted")
    func openVSwitch() throws {
        let session = Session()
        for message in try Capture(fixture: "ipfix/ovs-bridge-ipfix.pcap").messages { #expect(session.read(message) == nil) }
        let statistics = session.reader.takeStatistics()
        #expect(statistics.count == 2)
        #expect(UInt64(session.flows.count + statistics.count) + session.reader.otherRecords == 345)
        #expect(session.flows.allSatisfy { $0.isKnown(.sourceIPAddress) })
    }
}
