// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowTesting
import Glibc
import IPFIX
import Logging
import Mediation
import Synchronization
import Testing

@testable import IPFIXTransport
@testable import weir
@testable import weir_aggregator

@Suite("a proxy", .serialized)
struct ProxyTests {
    private static let template = Template(
        id: 300, fields: [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.octetTotalCount)])
    private static let mixed = Template(
        id: 301, fields: [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv6Address)])

    private func batches(_ messages: Int, records: Int) -> [CollectedBatch] {
        let session = TransportSession(id: 1, transport: .tcp, peerAddress: "192.0.2.7", peerPort: 1)
        let record = Wire.octets(UInt32(0x0A00_0001), UInt32(0x0A00_0002), UInt64(5))
        let refused = Wire.octets(UInt32(0x0A00_0001), UInt64(1), UInt64(2))
        let data = Wire.message(
            Self.template.set, Self.mixed.set, Wire.set(300, Array(repeating: record, count: records).flatMap { $0 }),
            Wire.set(301, refused))
        return [CollectedBatch(session: session, event: .opened)]
            + (0..<messages).map { _ in CollectedBatch(session: session, event: .messages([data, [1, 2, 3]])) }
            + [CollectedBatch(session: session, event: .closed(.stopped))]
    }

    private func run(_ batches: [CollectedBatch], to queues: [ExportQueue], isStopping: Bool) throws -> ProxyLoop.Outcome {
        let collected = Mailbox<CollectedBatch>(capacity: 4096), stopping = Mailbox<Void>(capacity: 1)
        for batch in batches { _ = collected.put(batch) }
        collected.close()
        if isStopping { stopping.close() }
        let configuration = ProxyConfiguration(
            collectors: [Endpoint(.udp, host: "127.0.0.1")], keeping: ExportKeeping(), profile: .weir, clusterID: nil,
            observationDomainID: 1)
        var loop = ProxyLoop(
            configuration, from: collected, and: Mailbox(capacity: 1), to: queues, ending: { _ in }, until: stopping, clock: SteadyClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return loop.run()
    }

    @Test("what was received is what was passed on and what was refused; each collector gets everything")
    func accounts() throws {
        let queues = [ExportQueue(), ExportQueue()]
        let outcome = try run(batches(20, records: 50), to: queues, isStopping: true)
        #expect(outcome.proxy.received == 20 * 51 && outcome.proxy.refused == 20 && outcome.packed == 20 * 50)
        #expect(outcome.proxy.received == outcome.packed + outcome.proxy.refused)
        #expect(outcome.sessions.messages == 40 && outcome.sessions.malformed == 20)
        for queue in queues { #expect(queue.statistics.waiting.records == 20 * 50 && queue.statistics.dropped.records == 0) }
    }

    @Test("a collector that is away loses its oldest messages, counted, while another takes; none waits for it")
    func oneIsAway() throws {
        let away = ExportQueue(messages: 4), other = ExportQueue()
        let outcome = try run(batches(40, records: 50), to: [away, other], isStopping: false)
        let statistics = away.statistics
        #expect(outcome.packed == 2000 && other.statistics.waiting.records == 2000 && statistics.dropped.records > 0)
        #expect(
            statistics.appended.records == 2000 && statistics.appended.records == statistics.waiting.records + statistics.dropped.records)
    }

    @Test("while no collector has room nothing is taken in, and nothing lost")
    func waits() throws {
        let queue = ExportQueue(messages: 8)
        let passed = Mutex<UInt64>(0)
        let taker = try PlainThread("taker") {
            while true {
                switch queue.next(timeout: .seconds(5)) {
                case .message(let message):
                    usleep(500)
                    passed.withLock { $0 += UInt64(message.message.recordCount) }
                    queue.confirm(at: nil)
                case .timedOut, .closed: return
                }
            }
        }
        let outcome = try run(batches(100, records: 50), to: [queue], isStopping: false)
        queue.close()
        taker.join()
        #expect(outcome.packed == 5000 && passed.withLock { $0 } == 5000 && queue.statistics.dropped.records == 0)
    }

    /// How many connections there are, of how many both halves met, what they sent, and who they are.
    private static let connections = """
        SELECT group_concat(line, '; ') FROM (SELECT count(*) || ' ' || flowType || ' ' || observation || ' ' || sum(octetTotalCount)
        || ' ' || count(DISTINCT sourcePodName || destinationPodName) AS line FROM connections GROUP BY flowType, observation)
        """

    @Test(
        "exporters, proxy and aggregator as processes: as many records arrive as without the proxy, named, and the halves meet",
        arguments: ["tcp", "udp"])
    func passesOn(transport: String) throws {
        // Every record arrives, and every end that the cluster can name has its pod and its labels.
        let records = "SELECT sum(records) || ' ' || sum(lost) || ' ' || sum(malformed) || ' ' || sum(refused) FROM exporters"
        let unnamed = "SELECT count(*) FROM connections WHERE flowType = 2 AND (destinationPodLabels IS NULL OR sourcePodLabels IS NULL)"
        let direct = try Cluster(), proxied = try Cluster()
        for cluster in [direct, proxied] {
            try cluster.startAggregator()
            var endpoint = try #require(cluster.endpoints.first { $0.hasPrefix(transport) })
            var proxy: ChildProcess?
            if cluster === proxied {
                let child = try cluster.start(
                    "weir-aggregator",
                    [
                        "--mode", "proxy", "--collector", endpoint, "--listen", "\(transport)://127.0.0.1:0", "--insecure", "--objects",
                        "\(Cluster.recordings)/objects.json",
                    ], log: "proxy")
                let line = try #require(child.line(containing: " passing on ", within: .seconds(20)), "\(child.logText)")
                endpoint = try #require(line.split { " =\"".contains($0) }.first { $0.contains("://127") }).description
                proxy = child
            }
            let exporters = try ["node1", "node2"].map { try cluster.startExporter(of: $0, to: endpoint) }
            for exporter in exporters { #expect(exporter.wait(atMost: .seconds(10)) == 0, "\(exporter.logText)") }
            if let proxy {
                usleep(300_000)
                proxy.send(SIGTERM)
                #expect(proxy.wait(atMost: .seconds(8)) == 0, "\(proxy.logText)")
            }
            #expect(try cluster.stopAggregator() == 0)
        }
        #expect(try proxied.value(records) == direct.value(records))
        #expect(try proxied.value(Self.connections) == direct.value(Self.connections))
        #expect(try proxied.count("SELECT count(*) FROM connections WHERE flowType = 2 AND observation = 1") > 0)
        #expect(try proxied.count(unnamed) == 0 && proxied.count("SELECT count(*) FROM connections WHERE flowType = 2") > 0)
    }

    @Test("over TLS a proxy speaks for every node to its collector, and lets each exporter speak for its own alone")
    func secured() throws {
        let cluster = try Cluster()
        let certificates = "\(cluster.folder)/certs"
        for words in [
            ["init"], ["issue", "--server", "127.0.0.1", "--output", "aggregator"], ["issue", "--proxy", "zone", "--server", "127.0.0.1"],
            ["issue", "--node", "node1"], ["issue", "--node", "other"],
        ] {
            let made = try Program.built("weir").run(["certs"] + words + ["--dir", certificates])
            #expect(made.status == 0, "\(made.errors)")
        }
        func pair(_ name: String) -> [String] {
            [
                "--tls-certificate", "\(certificates)/\(name).crt", "--tls-key", "\(certificates)/\(name).key", "--tls-ca",
                "\(certificates)/ca.crt",
            ]
        }
        try cluster.startAggregator(pair("aggregator"), listening: ["tls://127.0.0.1:0"])
        let collector = try #require(cluster.endpoints.first { $0.hasPrefix("tls") })
        let proxy = try cluster.start(
            "weir-aggregator",
            [
                "--mode", "proxy", "--collector", collector, "--listen", "tls://127.0.0.1:0", "--objects",
                "\(Cluster.recordings)/objects.json",
                "--spool", "\(cluster.folder)/spool",
            ] + pair("zone"), log: "proxy")
        let line = try #require(proxy.line(containing: " passing on ", within: .seconds(20)), "\(proxy.logText)")
        let endpoint = try #require(line.split { " =\"".contains($0) }.first { $0.contains("://127") }).description
        let own = try cluster.startExporter(of: "node1", to: endpoint, pair("node1"))
        #expect(own.wait(atMost: .seconds(10)) == 0, "\(own.logText)")
        // Somebody who has the certificate of one node, and speaks for another.
        var connection = try Program.built("weir-exporter").run(
            ["--source", "replay:\(Cluster.recordings)/node2", "--node-name", "node2", "--collector", endpoint] + pair("other"))
        #expect(connection.status == 2, "an exporter of ours refuses to begin")
        connection = try Program.built("weir-exporter").run(
            ["--source", "replay:\(Cluster.recordings)/node2", "--collector", endpoint] + pair("other"))
        #expect(connection.status == 0, "\(connection.errors)")
        usleep(300_000)
        proxy.send(SIGTERM)
        #expect(proxy.wait(atMost: .seconds(8)) == 0, "\(proxy.logText)")
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count("SELECT sum(refused) FROM exporters") == 0)
        // The names of pods on node2 come from the cluster with their node; what the exporter told of is its certificate's.
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE sourceNodeName = 'node1'") > 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE destinationNodeName = 'other'") > 0)
    }

    @Test("what a collector that is away cannot take waits in the spool for the next proxy")
    func spools() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let collector = try #require(cluster.endpoints.first { $0.hasPrefix("tcp") })
        #expect(try cluster.stopAggregator() == 0)
        func startProxy(_ log: String) throws -> (ChildProcess, String) {
            let child = try cluster.start(
                "weir-aggregator",
                [
                    "--mode", "proxy", "--collector", collector, "--listen", "tcp://127.0.0.1:0", "--insecure", "--objects",
                    "\(Cluster.recordings)/objects.json", "--spool", "\(cluster.folder)/spool",
                ], log: log)
            let line = try #require(child.line(containing: " passing on ", within: .seconds(20)), "\(child.logText)")
            return (child, try #require(line.split { " =\"".contains($0) }.first { $0.contains("://127") }).description)
        }
        let (first, endpoint) = try startProxy("first")
        for node in ["node1", "node2"] {
            let exporter = try cluster.startExporter(of: node, to: endpoint)
            #expect(exporter.wait(atMost: .seconds(10)) == 0, "\(exporter.logText)")
        }
        usleep(300_000)
        first.send(SIGTERM)
        #expect(first.wait(atMost: .seconds(8)) == 0, "\(first.logText)")
        try cluster.startAggregator(listening: [collector])
        let (second, _) = try startProxy("second")
        _ = second.line(containing: "everything in the spool was sent", within: .seconds(10))
        usleep(300_000)
        second.send(SIGTERM)
        #expect(second.wait(atMost: .seconds(8)) == 0, "\(second.logText)")
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE flowType = 2 AND observation = 1") > 0)
        #expect(try cluster.count("SELECT sum(lost) + sum(refused) + sum(malformed) FROM exporters") == 0)
    }

    @Test("options that contradict a proxy, or need one, are told together")
    func contradictions() throws {
        let proxy = try Program.built("weir-aggregator").run(
            [
                "--mode", "proxy", "--store", "x", "--window", "1s", "--listen", "tcp://127.0.0.1:0", "--objects", "a", "--kubernetes",
                "in-cluster", "--retention", "1d", "--retention-1h", "2d", "--retention-size", "1GB", "--when-full", "drop", "--spool-size",
                "1GiB", "--node-mismatch", "never",
            ])
        #expect(proxy.status == 2 && proxy.output.isEmpty)
        for key in [
            "store", "window", "collector", "objects", "listen", "retention", "retention-1h", "retention-size", "when-full", "spool-size",
            "node-mismatch",
        ] { #expect(proxy.errors.contains(" \(key): "), "\(proxy.errors)") }
        let aggregate = try Program.built("weir-aggregator").run(
            [
                "--collector", "tcp://127.0.0.1:1", "--profile", "antrea", "--listen", "tcp://127.0.0.1:0", "--insecure", "--spool", "/tmp",
                "--resend-window", "1s",
            ])
        #expect(aggregate.status == 2)
        for key in ["collector", "profile", "spool", "resend-window"] {
            #expect(aggregate.errors.contains(" \(key): "), "\(aggregate.errors)")
        }
    }
}
