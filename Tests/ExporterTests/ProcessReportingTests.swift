// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import FlowModel
import IPFIX
import Logging
import Metering
import Testing

@testable import IPFIXTransport
@testable import weir_exporter

/// What an exporter tells of itself.
@Suite struct ProcessReportingTests {
    private let counters = NodeCounters()
    private let start = Timestamp.sample

    /// A stage and its reporting, to a collector for each queue. Nothing is sent: what waits can be looked at.
    private func run(_ queues: [ExportQueue], _ arguments: [String] = [], _ body: (inout MeteringStage, inout ProcessReporting) -> Void)
        throws
    {
        let options = try ExporterOptions.parse(
            ["--all-connections", "--active-timeout", "1s", "--node-name", "node1", "--insecure"] + arguments
                + queues.indices.flatMap { ["--collector", "tcp://127.0.0.1:\(4739 + $0)"] })
        let configuration = try ExporterConfiguration(options)
        let exporting = zip(queues, configuration.collectors).map { queue, collector in
            ExportingProcess(
                to: collector, observationDomainID: configuration.observationDomainID,
                templateMessages: configuration.templateBodies(for: collector), queue: queue, clock: { .sample },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        var stage = MeteringStage(configuration, to: queues)
        var reporting = ProcessReporting(
            exporting, counters: counters, observationDomainID: configuration.observationDomainID, began: start)
        body(&stage, &reporting)
    }

    /// The statistics in everything that waits in a queue.
    private func told(_ queue: ExportQueue) throws -> [StatisticsRecord] {
        var names = NameTable(seed: 1)
        var decoder = MessageDecoder()
        var reader = StatisticsReader(exporter: "tcp://192.0.2.1")
        let configuration = try ExporterConfiguration(try ExporterOptions.parse(["--insecure"]))
        var bodies = configuration.templateBodies(for: configuration.collectors[0])
        while case .message(let outgoing) = queue.next(timeout: .zero) {
            bodies.append(outgoing.message.sets)
            queue.confirm(at: nil)
        }
        for body in bodies {
            let header = MessageHeader(
                messageLength: UInt16(MessageHeader.length + body.count), exportTime: 1, sequenceNumber: 0, observationDomainID: 1)
            let octets = header.octets + body
            let message = try decoder.decode(octets, at: start)
            for set in message.dataSets {
                _ = reader.read(unsafe octets.span.bytes, set: set, header: message.header, at: start, names: &names)
            }
        }
        return reader.take().map(\.record)
    }

    @Test("a report comes a minute after the start and each minute from then on, whatever the clock does")
    func interval() throws {
        let queue = ExportQueue()
        var reports: [Bool] = []
        try run([queue]) { stage, reporting in
            for second in [0, 59, 60, 61, 119, 120, 30, 31, 91, 3600, 3601] as [Int64] {
                let before = queue.statistics.appended.messages
                reporting.advance(&stage, at: start + .seconds(second))
                reports.append(queue.statistics.appended.messages > before)
            }
        }
        #expect(reports == [false, false, true, false, false, true, true, false, true, true, false])
    }

    @Test("each collector is told of what was given up on the way to it, and when")
    func drops() throws {
        let small = ExportQueue(messages: 1), large = ExportQueue()
        let flows = FlowVolume(records: 7, packets: 70, octets: 7000)
        try run([small, large]) { stage, reporting in
            for second in [1, 2, 3] as [Int64] {
                for queue in [small, large] { queue.append(ExportedMessage(sets: [], recordCount: 7, flows: flows)) }
                reporting.advance(&stage, at: start + .seconds(second))
            }
            while case .message = large.next(timeout: .zero) { large.confirm(at: nil) }
            reporting.report(&stage, at: start + .seconds(10))
        }
        let records = try [small, large].map { queue in
            try #require(try told(queue).first { $0.kind == .exportingProcessReliability })
        }
        // The report itself pushed out the last message that waited.
        #expect(records.map { $0[unsigned: .exportingProcessId] } == [1, 2])
        #expect(records.map { $0[unsigned: .notSentFlowTotalCount] } == [14, 0])
        #expect(records.map { $0[unsigned: .notSentPacketTotalCount] } == [140, 0])
        #expect(records.map { $0[unsigned: .notSentOctetTotalCount] } == [14_000, 0])
        #expect(records.map { $0[time: .firstDropMilliseconds] } == [start + .seconds(2), nil])
        #expect(records.map { $0[time: .lastDropMilliseconds] } == [start + .seconds(3), nil])
        #expect(records.allSatisfy { $0[time: .monitoringIntervalStartMilliSeconds] == start })
    }

    @Test("packets and octets of what was given up are unknown where flows had no counters")
    func uncountedDrops() throws {
        let queue = ExportQueue(messages: 1)
        try run([queue]) { stage, reporting in
            for _ in 0..<2 {
                queue.append(ExportedMessage(sets: [], recordCount: 2, flows: FlowVolume(records: 2, packets: 3, octets: 4, uncounted: 1)))
            }
            reporting.report(&stage, at: start)
        }
        let record = try #require(try told(queue).first { $0.kind == .exportingProcessReliability })
        #expect(record[unsigned: .notSentFlowTotalCount] == 2)
        #expect(!record.isKnown(.notSentPacketTotalCount) && !record.isKnown(.notSentOctetTotalCount))
    }

    @Test("what was metered, left out and counted by name is told; what nobody counted is not")
    func counts() throws {
        counters.set(.conntrackEntries, 12)
        counters.add(3, to: .deniedExcess)
        counters.add(4, to: .captureLost)
        let queue = ExportQueue()
        try run([queue]) { stage, reporting in
            stage.meter(Observation(time: start, report: .poll([.sample(1), .sample(2)], isWhole: true)))
            reporting.report(&stage, at: start)
        }
        let records = try told(queue)
        let metering = try #require(records.first { $0.kind == .meteringProcess })
        #expect(metering[unsigned: .observedFlowTotalCount] == 2)
        #expect(metering[unsigned: .exportedFlowRecordTotalCount] == 0)
        let reliability = try #require(records.first { $0.kind == .meteringProcessReliability })
        #expect(reliability[unsigned: .ignoredPacketTotalCount] == 7)
        #expect(
            records.filter { $0.kind == .nodeCounter }.map { $0[unsigned: .selectorIDTotalFlowsObserved] } == [12, 3, 4, 0, 0])
    }

    @Test("what the switch counted goes to every collector, with the names of the rule map, and not with the reference's profile")
    func switchStatistics() throws {
        let rule = RuleStatistics(
            node: "node1", rule: PolicyRuleID(number: 7, direction: .ingress, action: .allow), time: start, intervalStart: start,
            growth: RuleCounters(), total: RuleCounters(sessions: 1, packets: 2, octets: 3))
        let port = PortStatistics(
            node: "node1", port: SwitchPort(number: 1, interface: "web", pod: nil), time: start, intervalStart: start,
            growth: PortCounters(receivedPackets: 0, sentPackets: 0, receivedOctets: 0, sentOctets: 0),
            total: PortCounters(receivedPackets: 1, sentPackets: 2, receivedOctets: 3, sentOctets: 4))
        let observation = Observation(time: start, switchStatistics: SwitchStatistics(rules: [rule], ports: [port]))
        let queues = [ExportQueue(), ExportQueue()]
        try run(queues) { stage, _ in
            let named = PolicyRule(policy: "allow-web", namespace: "shop", type: .k8sNetworkPolicy, name: "in", direction: .ingress)
            stage.change { $0.update(rules: [7: named], at: start) }
            stage.meter(observation)
        }
        for queue in queues {
            let records = try told(queue)
            #expect(records.map(\.kind) == [.policyRule, .port])
            #expect(records[0].isKnown(.ingressNetworkPolicyName) && records[0][unsigned: .packetTotalCount] == 2)
            #expect(records[1][unsigned: .reverseOctetTotalCount] == 4)
        }
        let reference = ExportQueue()
        try run([reference], ["--profile", "antrea"]) { stage, reporting in
            stage.meter(observation)
            reporting.report(&stage, at: start)
        }
        #expect(reference.statistics.appended.messages == 0)
    }
}
