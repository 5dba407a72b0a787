// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import Glibc
import IPFIX

/// A store that the questions of schemas/sqlite/queries have answers in: a day and an hour of a small cluster, up to 2026-11-23T11:00Z.
final class QuestionStore {
    static let from = 1_795_428_000  // 2026-11-23T10:00Z
    static let to = from + 3600

    let folder: String
    var path: String { folder + "/flows.db" }
    private var names = NameTable(seed: 1)
    private var batch = StoreBatch()
    private var connection: Int64 = 0

    init() throws {
        var template = Array("/tmp/weir-questions-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let web = ("shop/web-1", "10.10.0.5"), database = ("shop/db-1", "10.10.1.7"), api = ("payments/api-1", "10.10.0.9")
        // Yesterday's, so that shop/db is no new destination for shop.
        add(-90_000, web, database, 5432, octets: 50, reverse: 60)
        add(60, web, database, 5432, octets: 1000, reverse: 9000) {
            $0[name: .destinationServicePortName] = self.names.id(of: "shop/db:postgres")
        }
        add(120, api, web, 8080, octets: 400, reverse: 600)
        add(130, web, (nil, "203.0.113.9"), 443, octets: 300, reverse: 4000) { $0[unsigned: .flowType] = 3 }
        add(140, (nil, "198.51.100.7"), web, 8080, octets: 10, reverse: 20)
        // Refused: by a rule of ingress, and by one of egress.
        add(200, api, database, 5432, octets: nil, reverse: nil) {
            $0[name: .ingressNetworkPolicyName] = self.names.id(of: "db-clients")
            $0[name: .ingressNetworkPolicyNamespace] = self.names.id(of: "shop")
            $0[unsigned: .ingressNetworkPolicyRuleAction] = 2
        }
        add(260, web, (nil, "192.0.2.66"), 25, octets: nil, reverse: nil) {
            $0[name: .egressNetworkPolicyName] = self.names.id(of: "no-mail")
            $0[name: .egressNetworkPolicyRuleName] = self.names.id(of: "smtp")
            $0[unsigned: .egressNetworkPolicyRuleAction] = 3
        }
        // Never answered.
        add(320, web, api, 9000, octets: 120, reverse: 0) { $0[name: .tcpState] = self.names.id(of: "SYN_SENT") }
        addLedger()
        addRules()
        batch.names = (1...names.count).map { NameID(rawValue: UInt32($0)) }.map { StoreBatch.NewName(id: $0, text: names.text(of: $0)) }
        try FlowStore.openForWriting(path: path).write(batch)
    }

    deinit {
        for suffix in ["", "-lock", "-wal", "-shm"] { unsafe unlink(path + suffix) }
        unsafe rmdir(folder)
    }

    private func add(
        _ second: Int64, _ source: (pod: String?, address: String), _ destination: (pod: String?, address: String), _ port: UInt64,
        octets: UInt64?,
        reverse: UInt64?, _ change: (inout FlowRecord) -> Void = { _ in }
    ) {
        connection += 1
        let end = Timestamp(seconds: Int64(Self.from) + second)
        var record = FlowRecord()
        record[time: .flowStartMilliseconds] = end - .seconds(1)
        record[time: .flowEndMilliseconds] = end
        record[unsigned: .protocolIdentifier] = 6
        record[unsigned: .sourceTransportPort] = 40_000
        record[unsigned: .destinationTransportPort] = port
        record[unsigned: .octetDeltaCount] = octets
        record[unsigned: .reverseOctetDeltaCount] = reverse
        record[unsigned: .packetDeltaCount] = octets.map { $0 / 10 }
        record[unsigned: .reversePacketDeltaCount] = reverse.map { $0 / 10 }
        record[address: .sourceIPAddress] = IPAddress(source.address)
        record[address: .destinationIPAddress] = IPAddress(destination.address)
        for (pod, namespace, name) in [
            (source.pod, FlowField.sourcePodNamespace, FlowField.sourcePodName),
            (destination.pod, .destinationPodNamespace, .destinationPodName),
        ] {
            guard let parts = pod?.split(separator: "/") else { continue }
            record[name: namespace] = names.id(of: String(parts[0]))
            record[name: name] = names.id(of: String(parts[1]))
        }
        change(&record)
        batch.intervals.append(FlowInterval(connection: connection, record: record, isConnectionChanged: true))
    }

    private func addLedger() {
        for minute in 0..<3 as Range<Int64> {
            var entry = ExporterMinute(
                exporter: "tcp://192.0.2.1", observationDomainID: 1, nodeName: "node-a",
                minute: Timestamp(seconds: Int64(Self.from) + minute * 60))
            entry.messages = 12
            entry.records = 100
            entry.lost = minute == 1 ? 7 : 0
            batch.exporterMinutes.append(entry)
        }
    }

    /// One rule that did something, and one that did not.
    private func addRules() {
        for (number, name, total) in [(1, "allow-web", UInt64(40)), (2, "allow-ftp", 0)] {
            var record = StatisticsRecord(.policyRule)
            let time = Timestamp(seconds: Int64(Self.from) + 600)
            record[time: .observationTimeMilliseconds] = time
            record[time: .monitoringIntervalStartMilliSeconds] = time - .seconds(60)
            record[name: .sourceNodeName] = names.id(of: "node-a")
            record[unsigned: .commonPropertiesId] = UInt64(number)
            record[name: .ingressNetworkPolicyName] = names.id(of: "web")
            record[name: .ingressNetworkPolicyNamespace] = names.id(of: "shop")
            record[name: .ingressNetworkPolicyRuleName] = names.id(of: name)
            record[unsigned: .ingressNetworkPolicyRuleAction] = 1
            record[unsigned: .observedFlowTotalCount] = total
            record[unsigned: .deltaFlowCount] = total
            record[unsigned: .packetTotalCount] = total * 10
            record[unsigned: .packetDeltaCount] = total * 10
            batch.statistics.append(
                ReceivedStatistics(exporter: "tcp://192.0.2.1", observationDomainID: 1, exportTime: time, receivedAt: time, record: record))
        }
    }
}
