// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

@testable import TransportSecurity

/// Both ends of a session in memory: what one gives, the other is fed.
struct SecureSessionTests {
    private let folder = TemporaryFolder()
    private let authority: CertificateAuthority

    init() throws {
        let made = try CertificateAuthority.make(name: "authority", lifetime: .seconds(86_400))
        authority = CertificateAuthority(certificate: Array(made.certificate.utf8), key: Array(made.key.utf8))
        folder.write("ca.crt", made.certificate)
    }

    private func credentials(
        _ role: SecurityRole, _ names: [AlternativeName], lifetime: Duration = .seconds(3600), by signer: CertificateAuthority? = nil,
        oldest: OldestVersion = .tls13, isForWrongUse: Bool = false
    ) throws -> Credentials {
        let issued = try (signer ?? authority).issue(
            name: "test", names: names, lifetime: lifetime, isForClients: (role == .client) != isForWrongUse,
            isForServers: (role == .server) != isForWrongUse)
        return try Credentials(
            CredentialFiles(
                certificate: folder.write("own.crt", issued.certificate), key: folder.write("own.key", issued.key),
                authorities: "\(folder.path)/ca.crt"),
            role: role, oldest: oldest)
    }

    private func pair(_ transport: SecuredTransport, oldest: OldestVersion = .tls13) throws -> (
        client: SecureSession, server: SecureSession
    ) {
        let server = try credentials(.server, [.dns("collector"), .address("192.0.2.1")])
        let client = try credentials(.client, [.uri("weir://node/node-a"), .dns("node-a.example")], oldest: oldest)
        return (client.context(transport).makeSession(serverName: "collector"), server.context(transport).makeSession())
    }

    /// Carries octets both ways until nobody has more to say.
    private func shakeHands(_ client: SecureSession, _ server: SecureSession, carrying change: ([UInt8]) -> [UInt8] = { $0 }) throws {
        for _ in 0..<20 {
            _ = try client.handshake()
            let isQuiet = try !carry(client, server, change)
            _ = try server.handshake()
            if try !carry(server, client, change), isQuiet { return }
        }
    }

    private func carry(_ from: SecureSession, _ to: SecureSession, _ change: ([UInt8]) -> [UInt8]) throws -> Bool {
        var carried = false
        while true {
            let octets = from.takeOutput()
            if octets.isEmpty { return carried }
            carried = true
            try to.feed(change(octets))
            _ = try to.handshake()
            var room = [UInt8](repeating: 0, count: SecureSession.largestDatagram)
            _ = try to.read(over: &room)
        }
    }

    private func received(_ session: SecureSession) throws -> [UInt8] {
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: SecureSession.largestDatagram)
        while case .octets(let count) = try session.read(over: &room) { all += room[..<count] }
        return all
    }

    @Test(
        "a stream begins with TLS 1.3, both sides know who the other is, and what is sent arrives",
        arguments: [OldestVersion.tls13, .tls12])
    func stream(oldest: OldestVersion) throws {
        let (client, server) = try pair(.stream, oldest: oldest)
        try shakeHands(client, server)
        #expect(try client.handshake() && server.handshake())
        #expect(client.version == "TLSv1.3" && client.isAccepted)
        #expect(server.peerNames == [.uri("weir://node/node-a"), .dns("node-a.example")] && server.peerNames.nodeName == "node-a")
        let message = (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
        try client.write(message)
        let wire = client.takeOutput()
        for start in stride(from: 0, to: wire.count, by: 1000) { try server.feed(Array(wire[start..<min(start + 1000, wire.count)])) }
        #expect(try received(server) == message)
        client.close()
        try server.feed(client.takeOutput())
        var room = [UInt8](repeating: 0, count: 16)
        #expect(try server.read(over: &room) == .closed)
    }

    @Test("datagrams are DTLS 1.2 and keep their borders")
    func datagrams() throws {
        let (client, server) = try pair(.datagrams)
        _ = try client.handshake()
        let peer: [UInt8] = [192, 0, 2, 7]
        try server.feed(client.takeOutput())
        #expect(!server.listen(to: peer))
        let verification = server.takeOutput()
        #expect(!verification.isEmpty && verification.count < 100)
        try client.feed(verification)
        _ = try client.handshake()
        let hello = client.takeOutput()
        try server.feed(hello)
        #expect(!server.listen(to: [192, 0, 2, 8]))
        _ = server.takeOutput()
        try server.feed(hello)
        #expect(server.listen(to: peer))
        try shakeHands(client, server)
        #expect(client.version == "DTLSv1.2" && client.isAccepted && server.peerNames.nodeName == "node-a")
        for count in [1, 1400, SecureSession.largestDatagram] {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try client.write(message)
            let wire = client.takeOutput()
            #expect(client.takeOutput().isEmpty)
            try server.feed(wire)
            #expect(try received(server) == message)
            // A datagram that comes twice is read once.
            try server.feed(wire)
            #expect(try received(server).isEmpty)
        }
    }

    @Test("a server's certificate with another name, of another authority or past its end is refused, and both sides know why")
    func refusesServer() throws {
        let other = try CertificateAuthority.make(name: "other", lifetime: .seconds(3600))
        let foreign = CertificateAuthority(certificate: Array(other.certificate.utf8), key: Array(other.key.utf8))
        let cases: [(Credentials, String)] = [
            (try credentials(.server, [.dns("elsewhere")]), "hostname mismatch"),
            (try credentials(.server, [.dns("collector")], by: foreign), "unable to get local issuer certificate"),
            (try credentials(.server, [.dns("collector")], lifetime: .seconds(-10)), "certificate has expired"),
            (try credentials(.server, [.dns("collector")], isForWrongUse: true), "unsuitable certificate purpose"),
        ]
        for (server, reason) in cases {
            let client = try credentials(.client, [.uri("weir://node/a")]).context(.stream).makeSession(serverName: "collector")
            let peer = server.context(.stream).makeSession()
            let failure = #expect(throws: SecurityFailure.self) { try shakeHands(client, peer) }
            #expect(failure?.description.contains(reason) == true, "\(String(describing: failure)) for \(reason)")
            try peer.feed(client.takeOutput())
            let told = #expect(throws: SecurityFailure.self) { try peer.handshake() }
            #expect(told?.alert != nil && told?.description.contains("refused our certificate") == true, "\(String(describing: told))")
        }
    }

    @Test("no version below TLS 1.2, and none below 1.3 unless it is asked for")
    func versions() throws {
        let server = try credentials(.server, [.dns("collector")], oldest: .tls12)
        let client = try credentials(.client, [.uri("weir://node/a")], oldest: .tls12)
        let (a, b) = (client.context(.stream).makeSession(serverName: "collector"), server.context(.stream).makeSession())
        try shakeHands(a, b)
        #expect(a.version == "TLSv1.3" && a.suite.hasPrefix("TLS_"))
    }

    @Test("octets changed on the way end a stream, and cost datagrams no more than themselves")
    func tampering() throws {
        for seed in UInt64(0)..<40 {
            var generator = SeededGenerator(seed: seed)
            let (client, server) = try pair(.stream)
            try shakeHands(client, server)
            try client.write([1, 2, 3])
            var wire = client.takeOutput()
            wire[Int.random(in: 0..<wire.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            try server.feed(wire)
            // What is longer than it says waits for more; nothing of it is handed out.
            var room = [UInt8](repeating: 0, count: 16)
            let reading = try? server.read(over: &room)
            #expect(reading == nil || reading == .waiting, "seed \(seed)")
        }
    }

    @Test("random octets and cut handshakes stop nothing", arguments: [SecuredTransport.stream, .datagrams])
    func hostile(transport: SecuredTransport) throws {
        let server = try credentials(.server, [.dns("collector")])
        let client = try credentials(.client, [.uri("weir://node/a")])
        for seed in UInt64(0)..<300 {
            var generator = SeededGenerator(seed: seed)
            let session = server.context(transport).makeSession()
            let hello = client.context(transport).makeSession(serverName: "collector")
            _ = try hello.handshake()
            var octets = hello.takeOutput()
            switch seed % 3 {
            case 0:
                octets = (0..<Int.random(in: 1...2000, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            case 1: octets = Array(octets.prefix(Int.random(in: 0...octets.count, using: &generator)))
            default:
                for _ in 0..<3 {
                    octets[Int.random(in: 0..<octets.count, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
                }
            }
            try session.feed(octets)
            if transport == .datagrams { _ = session.listen(to: [1, 2, 3, 4]) }
            _ = try? session.handshake()
            while !session.takeOutput().isEmpty {}
        }
    }
}
