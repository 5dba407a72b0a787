// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite struct StatisticsEncoderTests {
    @Test("a record of every template comes back as it went in", arguments: StatisticsSamples.all.map(\.template.id))
    func roundTrip(id: UInt16) throws {
        let template = try #require(StatisticsSamples.all.first { $0.template.id == id })
        var decoding = StatisticsDecoding()
        let record = StatisticsSamples.record(for: template, names: &decoding.names)
        #expect(StatisticsEncoder.template(for: record)?.template.id == id)
        var packer = StatisticsPacker(maximumLength: 65_535)
        let bodies = packer.bodies(of: [record], names: decoding.names)
        try #require(bodies.count == 1)
        #expect(bodies[0].recordCount == 1)
        for body in packer.templateBodies { _ = try decoding.records(message(body)) }
        let decoded = try decoding.records(message(bodies[0].sets))
        #expect(decoded == [record])
    }

    @Test("names and numbers that are unknown stay unknown")
    func unknownIdentity() throws {
        var decoding = StatisticsDecoding()
        var record = StatisticsRecord(.policyRule)
        record[time: .observationTimeMilliseconds] = Timestamp(seconds: 1_700_000_000)
        record[name: .sourceNodeName] = decoding.names.id(of: "node-a")
        record[unsigned: .commonPropertiesId] = 3
        record[unsigned: .egressNetworkPolicyRuleAction] = 2
        for field in [
            StatisticsField.observedFlowTotalCount, .deltaFlowCount, .packetTotalCount, .packetDeltaCount, .octetTotalCount,
            .octetDeltaCount,
        ] {
            record[unsigned: field] = 0
        }
        var packer = StatisticsPacker(maximumLength: 1400)
        let bodies = packer.bodies(of: [record], names: decoding.names)
        for body in packer.templateBodies { _ = try decoding.records(message(body)) }
        let decoded = try decoding.records(message(bodies[0].sets))
        #expect(decoded == [record])
        #expect(decoded[0].isKnown(.egressNetworkPolicyName) == false)
        #expect(decoded[0][unsigned: .octetTotalCount] == 0)
    }

    @Test("a rule of which no direction is known has a template without any")
    func directionUnknown() throws {
        var names = NameTable(seed: 7)
        let all = try #require(StatisticsSamples.all.first { $0.kind == .policyRule && $0.groups == [.ingress] })
        var record = StatisticsSamples.record(for: all, names: &names)
        for definition in StatisticsSchema.fields(of: .policyRule) where definition.group != nil {
            record[unsigned: definition.field] = nil
        }
        #expect(StatisticsEncoder.template(for: record)?.groups == [])
    }

    @Test("a group of counters of which one is unknown is not sent, and none of it is zero")
    func unknownCounters() throws {
        var decoding = StatisticsDecoding()
        var record = StatisticsSamples.record(for: try #require(StatisticsSamples.all.first { $0.kind == .port }), names: &decoding.names)
        record[unsigned: .reverseDroppedPacketTotalCount] = nil
        let template = try #require(StatisticsEncoder.template(for: record))
        #expect(template.groups == [.errors])
        var packer = StatisticsPacker(maximumLength: 1400)
        let bodies = packer.bodies(of: [record], names: decoding.names)
        for body in packer.templateBodies { _ = try decoding.records(message(body)) }
        let decoded = try #require(try decoding.records(message(bodies[0].sets)).first)
        #expect(!decoded.isKnown(.droppedPacketTotalCount) && !decoded.isKnown(.reverseDroppedPacketTotalCount))
        #expect(decoded[unsigned: .ignoredPacketTotalCount] == record[unsigned: .ignoredPacketTotalCount])
        #expect(decoded[unsigned: .reverseIgnoredPacketTotalCount] == record[unsigned: .reverseIgnoredPacketTotalCount])
    }

    @Test("a record without a total that every template has is counted and not sent")
    func unsendable() {
        let names = NameTable(seed: 7)
        var packer = StatisticsPacker(maximumLength: 1400)
        #expect(packer.bodies(of: [StatisticsRecord(.port), StatisticsRecord(.nodeCounter)], names: names).isEmpty)
        #expect(packer.unsendable == 2)
    }

    @Test("no body is longer than the transport takes, and all records are in one", arguments: [512, 1400, 65_535])
    func packing(maximumLength: Int) throws {
        var decoding = StatisticsDecoding()
        let records = (0..<100).map { _ in
            StatisticsSamples.all.map { StatisticsSamples.record(for: $0, names: &decoding.names) }
        }.joined()
        var packer = StatisticsPacker(maximumLength: maximumLength)
        for body in packer.templateBodies {
            #expect(body.count + MessageHeader.length <= maximumLength)
            _ = try decoding.records(message(body))
        }
        let bodies = packer.bodies(of: Array(records), names: decoding.names)
        var decoded: [StatisticsRecord] = []
        for body in bodies {
            #expect(body.sets.count + MessageHeader.length <= maximumLength)
            let part = try decoding.records(message(body.sets))
            #expect(part.count == Int(body.recordCount))
            decoded += part
        }
        #expect(decoded == Array(records))
    }

    @Test("a text that is too long is cut at a character's boundary")
    func longNames() throws {
        var decoding = StatisticsDecoding()
        var record = StatisticsSamples.record(for: try #require(StatisticsSamples.all.last), names: &decoding.names)
        record[name: .selectorName] = decoding.names.id(of: String(repeating: "ä", count: 200))
        var packer = StatisticsPacker(maximumLength: 1400)
        for body in packer.templateBodies { _ = try decoding.records(message(body)) }
        let decoded = try decoding.records(message(packer.bodies(of: [record], names: decoding.names)[0].sets))
        let name = try #require(decoded.first?[name: .selectorName])
        #expect(decoding.names.text(of: name) == String(repeating: "ä", count: 127))
    }
}
