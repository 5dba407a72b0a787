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
            collectors: [Endpoint(.udp, host: "127.0.0.1")], profile: .weir, clusterID: nil, observationDomainID: 1)
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

    @Test("exporters, proxy and aggregator as processes: as many records arrive as without the proxy, named", arguments: ["tcp", "udp"])
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
        #expect(try proxied.count(unnamed) == 0 && proxied.count("SELECT count(*) FROM connections WHERE flowType = 2") > 0)
    }

    @Test("options that contradict a proxy, or need one, are told together")
    func contradictions() throws {
        let proxy = try Program.built("weir-aggregator").run(
            [
                "--mode", "proxy", "--store", "x", "--window", "1s", "--listen", "tcp://127.0.0.1:0", "--objects", "a", "--kubernetes",
                "in-cluster",
            ])
        #expect(proxy.status == 2 && proxy.output.isEmpty)
        for key in ["store", "window", "collector", "objects", "listen"] { #expect(proxy.errors.contains(" \(key): "), "\(proxy.errors)") }
        let aggregate = try Program.built("weir-aggregator").run(
            ["--collector", "tcp://127.0.0.1:1", "--profile", "antrea", "--listen", "tcp://127.0.0.1:0", "--insecure"])
        #expect(aggregate.status == 2)
        for key in ["collector", "profile"] { #expect(aggregate.errors.contains(" \(key): "), "\(aggregate.errors)") }
    }
}
