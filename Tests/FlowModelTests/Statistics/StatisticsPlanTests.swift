// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite struct StatisticsPlanTests {
    private func field(_ number: UInt16, _ length: UInt16, _ enterprise: EnterpriseNumber = .iana) -> FieldSpecifier {
        FieldSpecifier(element: InformationElement.ID(enterprise: enterprise, number: number), length: length)
    }

    @Test("templates of flows are no statistics")
    func flows() {
        for profile in ExportProfile.allCases {
            for template in FlowTemplate.all(of: profile) { #expect(StatisticsPlan(template.template) == nil) }
        }
    }

    @Test("foreign options are taken for what they tell, others are left")
    func recognition() {
        func kind(_ fields: [UInt16], scope: Int) -> StatisticsKind? {
            StatisticsPlan(Template(id: 300, fields: fields.map { field($0, 8) }, scopeFieldCount: scope))?.kind
        }
        #expect(kind([149, 41, 42, 40], scope: 1) == .meteringProcess)
        #expect(kind([143, 164, 165, 323, 323], scope: 1) == .meteringProcessReliability)
        #expect(kind([130, 166, 167, 168, 323, 323], scope: 1) == .exportingProcessReliability)
        #expect(kind([144, 166], scope: 1) == .exportingProcessReliability)
        // An interface's name, a sampler, the keys of a template (RFC 7011 §4.4), a type (RFC 5610).
        #expect(kind([10, 82], scope: 1) == nil)
        #expect(kind([302, 304, 305], scope: 1) == nil)
        #expect(kind([145, 173], scope: 1) == nil)
        #expect(kind([346, 303, 339], scope: 2) == nil)
        // Elements of statistics in a record of flows or of something else.
        #expect(kind([149, 41, 42, 40], scope: 0) == nil)
        #expect(kind([323, 82, 10, 85], scope: 0) == nil)
    }

    @Test("a foreign record with both of a Metering Process's statistics, reduced and in another order, is read whole")
    func combined() throws {
        let template = Template(
            id: 300, fields: [field(149, 4), field(164, 2), field(165, 3), field(41, 1), field(40, 5), field(42, 8), field(999, 2)],
            scopeFieldCount: 1)
        var decoding = StatisticsDecoding()
        let record: [UInt8] = [
            0, 0, 0, 9, 1, 2, 1, 2, 3, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0xFF, 0xFF,
        ]
        let set: [UInt8] = [1, 44, 0, UInt8(4 + record.count)] + record
        let records = try decoding.records(message(template.set + set))
        try #require(records.count == 1)
        #expect(records[0].kind == .meteringProcess)
        #expect(records[0][unsigned: .ignoredPacketTotalCount] == 0x0102)
        #expect(records[0][unsigned: .ignoredOctetTotalCount] == 0x010203)
        #expect(records[0][unsigned: .exportedMessageTotalCount] == 7)
        #expect(records[0][unsigned: .exportedOctetTotalCount] == 256)
        #expect(records[0][unsigned: .exportedFlowRecordTotalCount] == 5)
        #expect(!records[0].isKnown(.monitoringIntervalEndMilliSeconds))
    }

    @Test("a value whose length does not suit its type is stepped over")
    func badLengths() throws {
        let template = Template(id: 300, fields: [field(144, 4), field(166, 16), field(167, 8), field(323, 4)], scopeFieldCount: 1)
        var decoding = StatisticsDecoding()
        let record: [UInt8] = [0, 0, 0, 1] + Array(repeating: 0xFF, count: 16) + [0, 0, 0, 0, 0, 0, 0, 3] + [0, 0, 0, 1]
        let records = try decoding.records(message(template.set + [1, 44, 0, UInt8(4 + record.count)] + record))
        try #require(records.count == 1)
        #expect(!records[0].isKnown(.notSentFlowTotalCount) && !records[0].isKnown(.firstDropMilliseconds))
        #expect(records[0][unsigned: .notSentPacketTotalCount] == 3)
    }

    @Test("whatever is cut off or flipped, nothing traps")
    func hostile() throws {
        var names = NameTable(seed: 7)
        let records = StatisticsSamples.all.map { StatisticsSamples.record(for: $0, names: &names) }
        var packer = StatisticsPacker(maximumLength: 65_535)
        let whole = message(packer.templateBodies[0] + packer.bodies(of: records, names: names)[0].sets)
        for index in whole.indices {
            var octets = whole
            octets[index] ^= 0xFF
            var decoding = StatisticsDecoding()
            _ = try? decoding.records(octets)
        }
        for length in whole.indices {
            var octets = Array(whole.prefix(length))
            if length >= 4 { (octets[2], octets[3]) = (UInt8(length >> 8), UInt8(length & 255)) }
            var decoding = StatisticsDecoding()
            _ = try? decoding.records(octets)
        }
    }
}
