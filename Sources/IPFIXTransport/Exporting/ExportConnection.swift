// SPDX-License-Identifier: Apache-2.0

import IPFIX
import TransportSecurity

/// One transport session to a collector, over a non-blocking socket that is closed with the last copy.
struct ExportConnection {
    /// The collector has nothing to say (RFC 7011 §10.4); what it sends nevertheless is read and ignored, so much at a time.
    private static let ignoredReadings = 16

    let transport: Transport
    let socket: ExportSocket
    /// Nil where the transport protects nothing.
    private let secured: SecuredExport?

    /// Resolves the name and tries its addresses in turn, each for at most the write timeout.
    static func open(for assignment: ExportAssignment, interruption: WakeUp) throws(ConnectionFailure) -> ExportConnection {
        var reasons: [String] = []
        for socket in try ExportSocket.candidates(for: assignment, interruption: interruption) {
            do throws(ConnectionFailure) {
                return try ExportConnection(over: try socket.connected(), for: assignment)
            } catch {
                guard case .lost(let reason) = error else { throw error }
                reasons.append("\(socket.addressText): \(reason)")
            }
        }
        throw .lost(reasons.joined(separator: "; "))
    }

    private init(over socket: ExportSocket, for assignment: ExportAssignment) throws(ConnectionFailure) {
        transport = assignment.endpoint.transport
        self.socket = socket
        guard transport.isSecured, let security = assignment.security else {
            secured = nil
            return
        }
        secured = try SecuredExport(over: socket, to: assignment.endpoint, security, clock: assignment.clock)
    }

    /// What to wait for when there is nothing to send: the collector has closed, or an error has come.
    var news: Poll.Wait { socket.readable }

    /// As `TLSv1.3 TLS_AES_256_GCM_SHA384`, or `none`.
    var protection: String { secured?.protection ?? "none" }

    /// Sends all octets; over datagrams as one. After an error of a stream the collector may have a part of them.
    func send(_ octets: [UInt8]) throws(ConnectionFailure) {
        if let secured {
            try secured.send(octets)
        } else {
            try socket.send(octets)
        }
    }

    /// Octets that the collector's system has not acknowledged, as far as the transport tells; with TLS more than were given to it.
    var unacknowledgedOctets: Int { transport.isDatagram ? 0 : socket.unacknowledgedOctets }

    /// Notices a collector that has closed, and takes the error of an earlier datagram.
    func check() throws(ConnectionFailure) {
        if let secured { return try secured.check() }
        for _ in 0..<Self.ignoredReadings {
            guard let octets = try socket.receive(atMost: 32) else { return }
            // Over UDP an empty datagram means nothing.
            if octets.isEmpty, !transport.isDatagram { throw .lost("closed by the collector") }
        }
    }

    /// Tells the collector that nothing more will come, as far as it can be told without waiting.
    func finish() {
        secured?.finish()
    }
}
