// SPDX-License-Identifier: Apache-2.0

import IPFIX
import TransportSecurity

/// TLS or DTLS over the socket of an exporter. Of the exporter's thread alone.
final class SecuredExport {
    /// The collector must have finished the handshake by then.
    private static let handshakeTime = Duration.seconds(10)
    /// A collector that says nothing after the handshake of TLS 1.3 has taken our certificate, as far as we can know.
    private static let acceptanceTime = Duration.seconds(1)
    /// A collector that does not know the session says so without proof; a stranger who says it cannot end sessions more often.
    private static let shortestSession = Duration.seconds(5)
    private static let readingsInARow = 64
    private static let readingOctets = 32_768

    private let socket: ExportSocket
    private let session: SecureSession
    private let clock: @Sendable () -> Timestamp
    private let began: Timestamp
    /// Where what the collector says is decrypted to; it is ignored.
    private var ignored = [UInt8](repeating: 0, count: SecureSession.largestDatagram)

    /// Shakes hands; returns when both sides are sure of each other.
    init(
        over socket: ExportSocket, to endpoint: Endpoint, _ security: ExportSecurity, clock: @escaping @Sendable () -> Timestamp
    ) throws(ConnectionFailure) {
        self.socket = socket
        self.clock = clock
        began = clock()
        session = security.credentials.context(endpoint.transport == .dtls ? .datagrams : .stream)
            .makeSession(serverName: security.serverName ?? endpoint.hostWithoutZone)
        while try !step({ () throws(SecurityFailure) in try self.session.handshake() }) {
            try receive(until: began + Self.handshakeTime, orElse: "the collector did not finish the handshake")
        }
        try waitForAcceptance()
    }

    var protection: String { "\(session.version) \(session.suite)" }

    func send(_ octets: [UInt8]) throws(ConnectionFailure) {
        if socket.transport.isDatagram, octets.count > SecureSession.largestDatagram { throw .tooLarge }
        try step { () throws(SecurityFailure) in try session.write(octets) }
    }

    /// Takes what the collector has sent: its end, its refusal, or nothing of interest.
    func check() throws(ConnectionFailure) {
        for _ in 0..<Self.readingsInARow {
            guard let octets = try receive() else { return }
            try take(octets)
        }
    }

    func finish() {
        // Errors do not matter any more: everything was sent, and the collector notices the end of the connection as well.
        try? check()
        session.close()
        try? flush()
    }

    private func receive() throws(ConnectionFailure) -> [UInt8]? {
        do throws(ConnectionFailure) {
            return try socket.receive(atMost: Self.readingOctets)
        } catch {
            throw error == .refused ? .lost("nobody receives there") : error
        }
    }

    private func take(_ octets: [UInt8]) throws(ConnectionFailure) {
        if octets.isEmpty {
            if socket.transport.isDatagram { return }
            throw .lost("closed by the collector")
        }
        if socket.transport.isDatagram, isUnknownSession(octets), hasLasted {
            throw .lost("the collector does not know this session; it may have been started anew")
        }
        try step { () throws(SecurityFailure) in
            try session.feed(octets)
            try self.readIgnored()
        }
    }

    /// Whether the session is old enough for such an answer to be believed, or the clock was set back.
    private var hasLasted: Bool {
        let age = clock() - began
        return age >= Self.shortestSession || age < .zero
    }

    private func readIgnored() throws(SecurityFailure) {
        guard try session.handshake() else { return }
        while true {
            switch try session.read(over: &ignored) {
            case .octets: continue
            case .waiting: return
            case .closed: throw SecurityFailure(reason: "closed by the collector")
            }
        }
    }

    /// An alert in the clear, as a collector sends that has no keys for what we sent it (RFC 6347 §4.1: epoch 0).
    private func isUnknownSession(_ datagram: [UInt8]) -> Bool {
        datagram.count >= 13 && datagram[0] == 21 && datagram[3] == 0 && datagram[4] == 0
    }

    private func receive(until deadline: Timestamp, orElse complaint: String) throws(ConnectionFailure) {
        let left = deadline - clock()
        guard left > .zero, left <= Self.handshakeTime else { throw .lost("\(complaint) in \(Self.handshakeTime)") }
        guard try socket.waitUntilReadable(timeout: min(left, session.timeToRetransmission ?? left)) else {
            if let due = session.timeToRetransmission, due <= .milliseconds(1) {
                try step { () throws(SecurityFailure) in try self.session.retransmit() }
            }
            return
        }
        guard let octets = try receive() else { return }
        if octets.isEmpty, !socket.transport.isDatagram { throw .lost("the collector closed during the handshake") }
        try step { () throws(SecurityFailure) in try self.session.feed(octets) }
    }

    // RFC 8446 §4.4.2: a server of TLS 1.3 looks at the client's certificate after the client may send. What is sent to one that refuses is
    // lost, so its first word is waited for.
    private func waitForAcceptance() throws(ConnectionFailure) {
        let deadline = clock() + Self.acceptanceTime
        while !session.isAccepted {
            let left = deadline - clock()
            guard left > .zero, left <= Self.acceptanceTime else { return }
            guard try socket.waitUntilReadable(timeout: left) else { continue }
            if let octets = try receive() { try take(octets) }
        }
    }

    /// A step of the session, and then the sending of what it made, of which an alert is the most important after an error.
    @discardableResult
    private func step<Result>(_ body: () throws(SecurityFailure) -> Result) throws(ConnectionFailure) -> Result {
        let result: Result
        do throws(SecurityFailure) {
            result = try body()
        } catch {
            try? flush()
            throw .lost(error.description)
        }
        try flush()
        return result
    }

    private func flush() throws(ConnectionFailure) {
        while true {
            let octets = session.takeOutput()
            if octets.isEmpty { return }
            try socket.send(octets)
        }
    }
}

extension Endpoint {
    /// A certificate bears addresses without the zone of a link (RFC 6874).
    fileprivate var hostWithoutZone: String { String(host.prefix { $0 != "%" }) }
}
