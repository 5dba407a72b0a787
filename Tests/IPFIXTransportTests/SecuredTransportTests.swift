// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import Synchronization
import Testing
import TransportSecurity

@testable import IPFIXTransport

@Suite("TLS and DTLS between exporter and collector")
struct SecuredTransportTests {
    private static let secured: [Transport] = [.tls, .dtls]

    private func started(
        _ recorder: BatchRecorder, _ transport: Transport, credentials: Credentials = TestCertificates.server,
        limits: CollectingLimits = CollectingLimits()
    ) throws -> CollectingProcess {
        let collector = CollectingProcess(
            listening: [Endpoint(transport, host: "127.0.0.1", port: 0)], credentials: credentials, limits: limits,
            clock: { SystemTime.now }, logger: silent, deliver: { recorder.receive($0) })
        try collector.start()
        return collector
    }

    @Test("a session tells the node that the certificate names", arguments: secured)
    func names(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = try started(recorder, transport)
        defer { collector.stop() }
        let sender = try connect(to: collector.boundEndpoints[0], ExportSecurity(TestCertificates.node("node-b")))
        #expect(sender.protection.hasPrefix(transport == .tls ? "TLSv1.3 TLS_" : "DTLSv1.2 TLS_ECDHE_"), "\(sender.protection)")
        for number in 0..<100 { try sender.send(message(number, length: 1400)) }
        #expect(recorder.wait { $0.messages.count == 100 })
        #expect(recorder.messages == (0..<100).map { message($0, length: 1400) })
        #expect(recorder.all.allSatisfy { $0.session.nodeName == "node-b" && $0.session.transport == transport })
        sender.finish()
        #expect(recorder.wait { $0.ends == [.closedByPeer] })
    }

    @Test("a client without a certificate that we believe is refused, and told why", arguments: secured)
    func refusesClients(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = try started(recorder, transport)
        defer { collector.stop() }
        let foreign = TestCertificates.foreign.credentials(
            .client, names: [.uri("weir://node/a")], believing: TestCertificates.authority)
        let expired = TestCertificates.node("a", lifetime: .seconds(-10))
        let nameless = TestCertificates.authority.credentials(.client, names: [.address("192.0.2.1")])
        let wrongUse = TestCertificates.authority.credentials(.server, names: [.uri("weir://node/a")])
        let cases: [(Credentials, String)] = [(foreign, "does not know the authority"), (expired, "has expired")]
        for (credentials, reason) in cases {
            let failure = #expect(throws: ConnectionFailure.self) {
                try connect(to: collector.boundEndpoints[0], ExportSecurity(credentials))
            }
            #expect("\(String(describing: failure))".contains(reason), "\(String(describing: failure))")
        }
        _ = wrongUse
        _ = try? connect(to: collector.boundEndpoints[0], ExportSecurity(nameless)).send(message(1))
        let good = try connect(to: collector.boundEndpoints[0])
        try good.send(message(2))
        #expect(recorder.wait { $0.messages == [message(2)] })
        #expect(collector.statistics.refusedHandshakes == 3)
    }

    @Test("a collector with another name is refused", arguments: secured)
    func refusesServers(transport: Transport) throws {
        let recorder = BatchRecorder()
        let elsewhere = TestCertificates.authority.credentials(.server, names: [.dns("elsewhere")])
        let collector = try started(recorder, transport, credentials: elsewhere)
        defer { collector.stop() }
        let failure = #expect(throws: ConnectionFailure.self) { try connect(to: collector.boundEndpoints[0]) }
        #expect("\(String(describing: failure))".contains("IP address mismatch"), "\(String(describing: failure))")
        let named = ExportSecurity(TestCertificates.exporter.credentials, serverName: "elsewhere")
        try connect(to: collector.boundEndpoints[0], named).send(message(1))
        #expect(recorder.wait { $0.messages == [message(1)] })
    }

    @Test("certificates are exchanged while a session goes on", arguments: secured)
    func rotates(transport: Transport) throws {
        let files = TestCertificates.authority.files(.server, names: [.address("127.0.0.1")])
        let credentials = try Credentials(files, role: .server)
        let recorder = BatchRecorder()
        let collector = try started(recorder, transport, credentials: credentials)
        defer { collector.stop() }
        let before = try connect(to: collector.boundEndpoints[0])
        try before.send(message(1))
        TestCertificates.authority.issue(.server, names: [.dns("renamed")], to: String(files.certificate.dropLast(4)))
        #expect(credentials.reload() == .reloaded)
        try before.send(message(2))
        #expect(recorder.wait { $0.messages == [message(1), message(2)] })
        #expect(throws: ConnectionFailure.self) { try connect(to: collector.boundEndpoints[0]) }
        let renamed = ExportSecurity(TestCertificates.exporter.credentials, serverName: "renamed")
        try connect(to: collector.boundEndpoints[0], renamed).send(message(3))
        #expect(recorder.wait { $0.messages == [message(1), message(2), message(3)] })
    }

    @Test("whoever shakes no hands, slowly or with garbage, hurts nobody else", arguments: secured)
    func hostile(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = try started(
            recorder, transport, limits: CollectingLimits(connections: 20, handshakeTime: .milliseconds(300), handshakes: 20))
        defer { collector.stop() }
        let place = collector.boundEndpoints[0]
        let plain = Endpoint(transport == .tls ? .tcp : .udp, host: place.host, port: place.port)
        let good = try connect(to: place)
        try good.send(message(1))
        #expect(recorder.wait { $0.messages.count == 1 })
        var strangers: [ExportConnection] = []
        for number in 0..<100 {
            let stranger = try connect(to: plain)
            // The first say nothing, others garbage, a plain message, or the beginning of a hello.
            switch number % 4 {
            case 0: break
            case 1: try? stranger.send([UInt8](repeating: 0xAA, count: 200))
            case 2: try? stranger.send(message(9))
            default: try? stranger.send([22, 3, 1, 2, 0, 1, 0, 1, 0xFC])
            }
            strangers.append(stranger)
        }
        let another = try connect(to: place)
        try another.send(message(2))
        try good.send(message(3))
        #expect(recorder.wait { Set($0.messages) == [message(1), message(2), message(3)] })
        if transport == .tls { #expect(recorder.wait { _ in collector.statistics.refusedHandshakes >= 100 - 20 }) }
    }

    @Test("an exporter notices that a DTLS collector was started anew, and begins again")
    func restarts() throws {
        let queue = ExportQueue()
        let first = BatchRecorder()
        let before = try started(first, .dtls)
        let endpoint = before.boundEndpoints[0]
        let began = ContinuousClock.now
        let exporter = ExportingProcess(
            to: endpoint, security: TestCertificates.exporter, observationDomainID: 1, templateMessages: [templateSet], queue: queue,
            // Ten times as fast, so that the shortest session is over at once.
            clock: { Timestamp(seconds: 1_800_000_000) + (ContinuousClock.now - began) * 10 },
            configuration: ExportConfiguration(shortestReconnect: .milliseconds(5), longestReconnect: .milliseconds(20)), logger: silent)
        exporter.start()
        queue.append(exported(1))
        #expect(first.wait { $0.messages.count >= 2 })
        before.stop()
        let second = BatchRecorder()
        let collector = CollectingProcess(
            listening: [endpoint], credentials: TestCertificates.server, clock: { SystemTime.now }, logger: silent,
            deliver: { second.receive($0) })
        try collector.start()
        defer { collector.stop() }
        for value in 2..<200 where second.messages.isEmpty {
            queue.append(exported(UInt32(value)))
            _ = WakeUp().wait(timeout: .milliseconds(50))
        }
        #expect(second.wait { $0.messages.first.map(sets) == templateSet })
        _ = exporter.stop(drainingWithin: .seconds(5))
    }

    @Test("over TLS too, a receiver that blocks slows the sender down and loses nothing")
    func backPressure() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = try started(recorder, .tls)
        defer { collector.stop() }
        let queue = ExportQueue()
        let exporter = ExportingProcess(
            to: collector.boundEndpoints[0], security: TestCertificates.exporter, observationDomainID: 1, templateMessages: [templateSet],
            queue: queue, clock: { SystemTime.now }, logger: silent)
        exporter.start()
        for value in 0..<2000 { queue.append(exported(UInt32(value))) }
        recorder.release()
        #expect(recorder.wait { $0.messages.count == 2001 })
        #expect(exporter.stop(drainingWithin: .seconds(10)).messagesLeft == 0)
    }
}

/// Of a clock that goes, for limits that do.
enum SystemTime {
    private static let began = ContinuousClock.now

    static var now: Timestamp { Timestamp(seconds: 1_800_000_000) + (ContinuousClock.now - began) }
}
