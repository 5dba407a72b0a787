// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite struct StatisticsReaderTests {
    private let now = Timestamp(seconds: 1_700_000_060)

    private func octets(_ records: [StatisticsRecord], _ names: borrowing NameTable) -> [UInt8] {
        var packer = StatisticsPacker(maximumLength: 65_535)
        return message(packer.templateBodies[0] + packer.bodies(of: records, names: names)[0].sets)
    }

    private func counter(_ name: String, _ names: inout NameTable) -> StatisticsRecord {
        var record = StatisticsRecord(.nodeCounter)
        record[name: .selectorName] = names.id(of: name)
        record[unsigned: .selectorIDTotalFlowsObserved] = 1
        return record
    }

    private func read(_ octets: [UInt8], by reader: inout StatisticsReader, _ names: inout NameTable) throws -> [Bool] {
        var decoder = MessageDecoder()
        let message = try decoder.decode(octets)
        var answers: [Bool] = []
        for set in message.dataSets {
            answers.append(reader.read(unsafe octets.span.bytes, set: set, header: message.header, at: now, names: &names))
        }
        return answers
    }

    @Test("a record comes with who sent it, and when by both clocks; a second call has nothing")
    func provenance() throws {
        var names = NameTable(seed: 7)
        var reader = StatisticsReader(exporter: "tcp://192.0.2.7")
        let record = counter(NodeCounter.eventsLost.rawValue, &names)
        let answers = try read(octets([record], names), by: &reader, &names)
        #expect(answers == [true])
        let taken = reader.take()
        #expect(
            taken == [
                ReceivedStatistics(
                    exporter: "tcp://192.0.2.7", observationDomainID: 9, exportTime: Timestamp(seconds: 1_700_000_000), receivedAt: now,
                    record: taken[0].record)
            ])
        #expect(taken[0].record[unsigned: .selectorIDTotalFlowsObserved] == 1)
        let second = reader.take()
        #expect(second.isEmpty && reader.records == 1)
    }

    @Test("a set of flows is left to others")
    func flows() throws {
        var names = NameTable(seed: 7)
        var reader = StatisticsReader(exporter: "tcp://192.0.2.7")
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = IPAddress(v4: 1)
        flow[address: .destinationIPAddress] = IPAddress(v4: 2)
        var packer = FlowPacker(profile: .weir, maximumLength: 1400)
        let templates = packer.templateBodies.flatMap { $0 }
        _ = packer.append(flow, names: names)
        let last = packer.flush()
        let answers = try read(message(templates + (try #require(last)).sets), by: &reader, &names)
        #expect(answers == [false])
        let taken1 = reader.take()
        #expect(taken1.isEmpty)
    }

    @Test("a session has so many names of counters, and one more is counted and passed over")
    func names() throws {
        var names = NameTable(seed: 7)
        var reader = StatisticsReader(exporter: "tcp://192.0.2.7")
        var records = (0...StatisticsReader.counterNameCapacity).map { counter("name-\($0)", &names) }
        records.append(counter("name-0", &names))
        records.append(counter("", &names))
        _ = try read(octets(records, names), by: &reader, &names)
        let taken2 = reader.take()
        #expect(taken2.count == StatisticsReader.counterNameCapacity + 1)
        #expect(reader.refusedNames == 2)
    }

    @Test("more records than may wait are counted and passed over")
    func capacity() throws {
        var names = NameTable(seed: 7)
        var reader = StatisticsReader(exporter: "tcp://192.0.2.7", capacity: 3)
        let record = counter("a", &names)
        _ = try read(octets(Array(repeating: record, count: 5), names), by: &reader, &names)
        let taken3 = reader.take()
        #expect(taken3.count == 3)
        #expect(reader.refusedForRoom == 2 && reader.records == 3)
        _ = try read(octets([record], names), by: &reader, &names)
        let taken4 = reader.take()
        #expect(taken4.count == 1)
    }

    @Test("names of counters are one word each, and few enough for a session")
    func catalogue() {
        #expect(NodeCounter.allCases.count <= StatisticsReader.counterNameCapacity)
        for counter in NodeCounter.allCases { #expect(counter.rawValue.allSatisfy { $0.isLetter && $0.isASCII }) }
    }
}
