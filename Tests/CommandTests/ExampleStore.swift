// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import Glibc
import IPFIX

/// A store with ten minutes of a small cluster, always the same: 2026-11-23, 10:00 to 10:10 UTC.
final class ExampleStore {
    let folder: String
    var path: String { folder + "/flows.db" }

    private var names = NameTable(seed: 1)
    private var batch = StoreBatch()
    private static let base = Timestamp(year: 2026, month: 11, day: 23, hour: 10) ?? Timestamp(seconds: 0)

    init() throws {
        var template = Array("/tmp/weir-command-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        addFlows()
        addLedger()
        addRules()
        addPorts()
        batch.names = (1...names.count).map { NameID(rawValue: UInt32($0)) }.map { StoreBatch.NewName(id: $0, text: names.text(of: $0)) }
        try FlowStore.openForWriting(path: path).write(batch)
    }

    deinit {
        for suffix in ["", "-lock", "-wal", "-shm"] { unsafe unlink(path + suffix) }
        unsafe rmdir(folder)
    }

    private func addFlows() {
        // Between nodes, allowed by both policies, three intervals.
        for minute in 1...3 as ClosedRange<UInt64> {
            add(1, secondsAfter: Int64(minute) * 60, source: "shop/web-1", "10.10.0.5", 40_000, destination: "shop/db-1", "10.10.1.7", 5432)
            {
                $0[unsigned: .flowType] = 2
                $0[name: .destinationServicePortName] = names.id(of: "shop/db:postgres")
                $0[unsigned: .egressNetworkPolicyRuleAction] = 1
                $0[unsigned: .ingressNetworkPolicyRuleAction] = 1
                $0[name: .egressNetworkPolicyNamespace] = names.id(of: "shop")
                $0[name: .egressNetworkPolicyName] = names.id(of: "web-out")
                $0[name: .egressNetworkPolicyRuleName] = names.id(of: "to-db")
                $0[name: .ingressNetworkPolicyNamespace] = names.id(of: "shop")
                $0[name: .ingressNetworkPolicyName] = names.id(of: "db-in")
                $0[name: .ingressNetworkPolicyRuleName] = names.id(of: "from-web")
                Self.count(&$0, octets: 1_200_000 * minute, reverse: 34_000_000, packets: 900, reversePackets: 24_000)
            }
        }
        // To the world.
        add(2, secondsAfter: 95, source: "shop/web-1", "10.10.0.5", 41_000, destination: nil, "203.0.113.9", 443) {
            $0[unsigned: .flowType] = 3
            Self.count(&$0, octets: 5_300, reverse: 88_000, packets: 40, reversePackets: 70)
        }
        // Dropped at the destination; nobody counted it, and only the source node told of it.
        add(3, secondsAfter: 200, source: "payments/api-7d9f", "10.10.0.9", 42_000, destination: "shop/db-1", "10.10.1.7", 5432) {
            $0[unsigned: .flowType] = 2
            $0[unsigned: .ingressNetworkPolicyRuleAction] = 2
            $0[name: .ingressNetworkPolicyName] = names.id(of: "isolate")
            $0[name: .ingressNetworkPolicyRuleName] = names.id(of: "default-deny")
            $0[unsigned: .observation] = 2
        }
        // IPv6, UDP, no pod known at either end.
        add(4, secondsAfter: 301, source: nil, "fd00:10::1", 53_000, destination: nil, "fd00:10::53", 53) {
            $0[unsigned: .protocolIdentifier] = 17
            $0[unsigned: .flowType] = 1
            Self.count(&$0, octets: 80, reverse: 240, packets: 1, reversePackets: 1)
        }
        // A name that somebody made up to confuse terminals and spreadsheets.
        add(
            5, secondsAfter: 302, source: "e|vil/po\u{1B}[31md,\"x\"\n\u{202E}", "10.10.0.66", 1, destination: "shop/web-1", "10.10.0.5",
            8080
        ) {
            $0[unsigned: .egressNetworkPolicyRuleAction] = 3
            Self.count(&$0, octets: 999_999, reverse: 0, packets: 1_000, reversePackets: 0)
        }
        // ICMP has no ports.
        add(6, secondsAfter: 599, source: "payments/api-7d9f", "10.10.0.9", 7, destination: "shop/web-1", "10.10.0.5", 0) {
            $0[unsigned: .protocolIdentifier] = 1
            $0[unsigned: .icmpTypeCode] = 2048
            Self.count(&$0, octets: 840, reverse: 840, packets: 10, reversePackets: 10)
        }
    }

    private static func count(_ record: inout FlowRecord, octets: UInt64, reverse: UInt64, packets: UInt64, reversePackets: UInt64) {
        record[unsigned: .octetDeltaCount] = octets
        record[unsigned: .reverseOctetDeltaCount] = reverse
        record[unsigned: .packetDeltaCount] = packets
        record[unsigned: .reversePacketDeltaCount] = reversePackets
    }

    private func add(
        _ connection: Int64, secondsAfter: Int64, source: String?, _ sourceAddress: String, _ sourcePort: UInt64, destination: String?,
        _ destinationAddress: String, _ destinationPort: UInt64, _ change: (inout FlowRecord) -> Void
    ) {
        var record = FlowRecord()
        record[time: .flowStartMilliseconds] = Self.base + .seconds(connection)
        record[time: .flowEndMilliseconds] = Self.base + .seconds(secondsAfter)
        record[unsigned: .protocolIdentifier] = 6
        record[unsigned: .observation] = 1
        record[address: .sourceIPAddress] = IPAddress(sourceAddress)
        record[address: .destinationIPAddress] = IPAddress(destinationAddress)
        record[unsigned: .sourceTransportPort] = sourcePort
        record[unsigned: .destinationTransportPort] = destinationPort
        for (pod, namespaceField, nameField) in [
            (source, FlowField.sourcePodNamespace, FlowField.sourcePodName), (destination, .destinationPodNamespace, .destinationPodName),
        ] {
            guard let pod, let slash = pod.firstIndex(of: "/") else { continue }
            record[name: namespaceField] = names.id(of: String(pod[..<slash]))
            record[name: nameField] = names.id(of: String(pod[pod.index(after: slash)...]))
        }
        change(&record)
        batch.intervals.append(FlowInterval(connection: connection, record: record, isConnectionChanged: true))
    }

    /// Of two nodes' switches: a rule that admits, on both; one that denies; and one that nothing ever met.
    private func addRules() {
        for (node, number, name, action, flows, packets) in [
            ("node-b", 1, ("shop", "db-in", "from-web"), 1, 1, 72_000), ("node-a", 1, ("shop", "db-in", "from-web"), 1, 0, 0),
            ("node-b", 2, ("", "isolate", "default-deny"), 2, 3, 3), ("node-a", 3, ("shop", "db-in", "from-backup"), 1, 0, 0),
        ] as [(String, UInt64, (String, String, String), UInt64, UInt64, UInt64)] {
            for minute in 1...2 as ClosedRange<UInt64> {
                var record = StatisticsRecord(.policyRule)
                record[time: .observationTimeMilliseconds] = Self.base + .seconds(Int64(minute) * 60)
                record[time: .monitoringIntervalStartMilliSeconds] = Self.base + .seconds(Int64(minute - 1) * 60)
                record[name: .sourceNodeName] = names.id(of: node)
                record[unsigned: .commonPropertiesId] = number
                record[name: .ingressNetworkPolicyNamespace] = name.0.isEmpty ? nil : names.id(of: name.0)
                record[name: .ingressNetworkPolicyName] = names.id(of: name.1)
                record[name: .ingressNetworkPolicyRuleName] = names.id(of: name.2)
                record[unsigned: .ingressNetworkPolicyRuleAction] = action
                // All of it in the first minute.
                record[unsigned: .observedFlowTotalCount] = flows
                record[unsigned: .deltaFlowCount] = minute == 1 ? flows : 0
                record[unsigned: .packetTotalCount] = packets
                record[unsigned: .packetDeltaCount] = minute == 1 ? packets : 0
                record[unsigned: .octetTotalCount] = packets * 1000
                record[unsigned: .octetDeltaCount] = minute == 1 ? packets * 1000 : 0
                add(record, minute: minute)
            }
        }
    }

    /// The ports of two pods: one whose flows tell of all but a little, and one that sent what no flow tells.
    private func addPorts() {
        for (pod, packets, octets, reversePackets, reverseOctets) in [
            ("web-1", 3750, 7_257_800, 72_080, 103_097_120), ("db-1", 80_000, 120_000_000, 2_700, 7_237_800),
        ] as [(String, UInt64, UInt64, UInt64, UInt64)] {
            var record = StatisticsRecord(.port)
            record[time: .observationTimeMilliseconds] = Self.base + .seconds(240)
            record[time: .monitoringIntervalStartMilliSeconds] = Self.base
            record[name: .sourceNodeName] = names.id(of: pod == "web-1" ? "node-a" : "node-b")
            record[name: .interfaceName] = names.id(of: pod + "-eth0")
            record[unsigned: .ingressInterface] = 4
            record[name: .sourcePodNamespace] = names.id(of: "shop")
            record[name: .sourcePodName] = names.id(of: pod)
            for (total, delta, value) in [
                (StatisticsField.packetTotalCount, StatisticsField.packetDeltaCount, packets), (.octetTotalCount, .octetDeltaCount, octets),
                (.reversePacketTotalCount, .reversePacketDeltaCount, reversePackets),
                (.reverseOctetTotalCount, .reverseOctetDeltaCount, reverseOctets),
            ] {
                record[unsigned: total] = value
                record[unsigned: delta] = value
            }
            add(record, minute: 4)
        }
    }

    private func add(_ record: StatisticsRecord, minute: UInt64) {
        let time = Self.base + .seconds(Int64(minute) * 60)
        batch.statistics.append(
            ReceivedStatistics(exporter: "tcp://192.0.2.1", observationDomainID: 1, exportTime: time, receivedAt: time, record: record))
    }

    /// node-a told of every minute; node-b lost records in two and said nothing in two.
    private func addLedger() {
        for minute in 0..<10 as Range<Int64> {
            var entry = ExporterMinute(
                exporter: "tcp://192.0.2.1", observationDomainID: 1, nodeName: "node-a", minute: Self.base + .seconds(minute * 60))
            entry.messages = 12
            entry.records = 100
            batch.exporterMinutes.append(entry)
            guard minute != 6, minute != 7 else { continue }
            var other = ExporterMinute(
                exporter: "udp://192.0.2.2", observationDomainID: 2, nodeName: "node-b", minute: Self.base + .seconds(minute * 60))
            other.messages = 10
            other.records = 90
            other.lost = minute == 3 ? 15 : minute == 4 ? 2 : 0
            batch.exporterMinutes.append(other)
        }
    }
}
