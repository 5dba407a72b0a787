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
