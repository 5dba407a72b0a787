// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

/// How records of any exporter become flows: above all their times, of which IPFIX has many forms (RFC 7012 and IANA's registry).
@Suite struct RecordMappingTests {
    private static let exported = Timestamp(seconds: 1_000_000_000)

    private func flow(_ values: [(String, Value)], isZeroUnknown: Bool = true) -> MappedFlow {
        var names = NameTable(seed: 1)
        return RecordMapping(columns: values.map(\.0)).flow(exportTime: Self.exported, isZeroUnknown: isZeroUnknown, names: &names) {
            values[$0].1
        }
    }

    private static func milliseconds(_ value: UInt64) -> Value { .dateTime(DateTime(milliseconds: value) ?? DateTime(seconds: 0)) }

    struct Times: Sendable, CustomTestStringConvertible {
        let values: [(String, Value)]
        let start: Int64?
        let end: Int64

        init(_ values: [(String, Value)], start: Int64?, end: Int64) {
            self.values = values
            self.start = start
            self.end = end
        }

        var testDescription: String { values.map(\.0).joined(separator: ", ") }
    }

    @Test(
        "start and end are told in many ways, or follow from what is told",
        arguments: [
            Times(
                [("flowStartSeconds", .dateTime(DateTime(seconds: 5))), ("flowEndSeconds", .dateTime(DateTime(seconds: 9)))], start: 5000,
                end: 9000),
            Times([("flowStartMilliseconds", milliseconds(5001)), ("flowEndMilliseconds", milliseconds(9002))], start: 5001, end: 9002),
            // What is told more exactly counts, whatever comes first.
            Times(
                [
                    ("flowEndSeconds", .dateTime(DateTime(seconds: 9))), ("flowEndMilliseconds", milliseconds(9002)),
                    ("flowStartMilliseconds", milliseconds(5001)), ("flowStartSeconds", .dateTime(DateTime(seconds: 5))),
                ], start: 5001, end: 9002),
            Times(
                [("flowStartDeltaMicroseconds", .unsigned(2_500_000)), ("flowEndDeltaMicroseconds", .unsigned(1_000_000))],
                start: 999_999_997_500, end: 999_999_999_000),
            Times([("flowStartMilliseconds", milliseconds(5000)), ("flowDurationMilliseconds", .unsigned(250))], start: 5000, end: 5250),
            Times([("flowEndMilliseconds", milliseconds(5000)), ("flowDurationMicroseconds", .unsigned(250_000))], start: 4750, end: 5000),
            Times([("flowEndMilliseconds", milliseconds(5000))], start: nil, end: 5000),
            Times([("flowStartMilliseconds", milliseconds(5000))], start: 5000, end: 5000),
            Times([("observationTimeMilliseconds", milliseconds(7000))], start: nil, end: 7000),
            Times(
                [("flowStartMilliseconds", milliseconds(5000)), ("observationTimeSeconds", .dateTime(DateTime(seconds: 7)))], start: 5000,
                end: 7000),
            // Zero is what a template sends where there is no time.
            Times([("flowStartMilliseconds", milliseconds(0)), ("flowEndMilliseconds", milliseconds(5000))], start: nil, end: 5000),
            Times([("octetDeltaCount", .unsigned(1))], start: nil, end: 1_000_000_000_000),
        ])
    func times(example: Times) {
        let flow = flow(example.values)
        #expect(flow.record[time: .flowStartMilliseconds]?.milliseconds == example.start)
        #expect(flow.record[time: .flowEndMilliseconds]?.milliseconds == example.end)
        #expect(flow.isTimeOfExport == (example.values[0].0 == "octetDeltaCount"))
    }

    @Test("an address of the other family that is all zeros hides none, and unspecified alone is an address")
    func addresses() {
        let both = flow([
            ("sourceIPv4Address", .address(IPAddress(v4: 0x0A00_0001))), ("sourceIPv6Address", .address(IPAddress(high: 0, low: 0))),
        ])
        #expect(both.record[address: .sourceIPAddress] == IPAddress("10.0.0.1"))
        #expect(flow([("sourceIPv4Address", .address(IPAddress(v4: 0)))]).record[address: .sourceIPAddress] == IPAddress("0.0.0.0"))
    }

    @Test("zero and empty are unknown where a template could say it in no other way, and values elsewhere")
    func zero() {
        let values: [(String, Value)] = [("sourcePodName", .string("")), ("flowType", .unsigned(0)), ("octetDeltaCount", .unsigned(0))]
        let wire = flow(values), text = flow(values, isZeroUnknown: false)
        #expect(!wire.record.isKnown(.flowType) && wire.record[unsigned: .octetDeltaCount] == 0 && !wire.record.isKnown(.sourcePodName))
        #expect(text.record[unsigned: .flowType] == 0)
    }

    @Test("ICMP's type and code may come apart, and stand for the port of a foreign record")
    func icmp() {
        var flow = flow([("protocolIdentifier", .unsigned(1)), ("icmpTypeIPv4", .unsigned(8)), ("icmpCodeIPv4", .unsigned(1))])
        #expect(flow.record[unsigned: .icmpTypeCode] == 0x801 && !flow.record.isKnown(.destinationTransportPort))
        flow.makeForeign()
        #expect(flow.record[unsigned: .destinationTransportPort] == 0x801 && flow.record[unsigned: .observation] == 1)
    }

    @Test("a firewall's counts of both directions are taken where there are no others")
    func substitutes() {
        let alone = flow([("initiatorOctets", .unsigned(3)), ("responderOctets", .unsigned(4))])
        #expect(alone.record[unsigned: .octetDeltaCount] == 3 && alone.record[unsigned: .reverseOctetDeltaCount] == 4)
        #expect(flow([("octetDeltaCount", .unsigned(2)), ("initiatorOctets", .unsigned(3))]).record[unsigned: .octetDeltaCount] == 2)
    }

    @Test("a record is a flow if it names both ends or has counted something")
    func flows() {
        #expect(flow([("octetTotalCount", .unsigned(0))]).isFlow)
        #expect(!flow([("sourceIPv4Address", .address(IPAddress(v4: 1))), ("meteringProcessId", .unsigned(1))]).isFlow)
    }

    @Test(
        "texts are what they stand for, or unreadable",
        arguments: [
            ("octetDeltaCount", "12", Value.unsigned(12)), ("octetDeltaCount", "1.5", nil), ("octetDeltaCount", "-1", nil),
            ("sourceIPAddress", "fd00::1", Value.address(IPAddress("fd00::1") ?? IPAddress(v4: 0))), ("sourceIPAddress", "web", nil),
            ("flowEndMilliseconds", "1500", Value.unsigned(1500)), ("flowEndMilliseconds", "1970-01-01T00:00:01.5009Z", milliseconds(1500)),
            ("flowEndMilliseconds", "2026-02-30T00:00:00Z", nil), ("flowEndMilliseconds", "yesterday, or so, maybe", nil),
            ("flowStartSeconds", "1970-01-01T00:00:01Z", milliseconds(1000)), ("sourcePodName", "1", Value.string("1")),
            ("sourcePodUUID", "00112233-4455-6677-8899-aabbccddeeff", Value.octets((0..<16).map { UInt8($0 * 17) })),
            ("sourcePodUUID", "0x00112233445566778899aabbccddeeff", Value.octets((0..<16).map { UInt8($0 * 17) })),
            ("sourcePodUUID", "0", nil),
        ])
    func text(column: String, text: String, value: Value?) throws {
        let mapping = RecordMapping(columns: [column])
        let read = try? mapping.value(ofText: text, column: 0)
        #expect(read == value)
        #expect(try mapping.value(ofText: "", column: 0) == nil)
    }
}
