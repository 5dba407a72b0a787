// SPDX-License-Identifier: Apache-2.0

import CSocket
import Glibc
import IPFIX

/// One transport session to a collector, over a non-blocking socket that is closed with the last copy.
struct ExportConnection {
    /// The collector has nothing to say (RFC 7011 §10.4); what it sends nevertheless is read and ignored, so much at a time.
    private static let ignoredReadings = 16

    let transport: Transport
    private let socket: Descriptor
    private let writeTimeout: Duration
    private let interruption: WakeUp

    /// Resolves the name and tries its addresses in turn, each for at most the write timeout.
    static func open(
        to endpoint: Endpoint, configuration: ExportConfiguration, interruption: WakeUp
    ) throws(ConnectionFailure) -> ExportConnection {
        let addresses: [csocket_address]
        do throws(SocketAddresses.ResolveError) {
            addresses = try SocketAddresses.resolve(endpoint)
        } catch {
            throw .lost("\(endpoint.host): \(error)")
        }
        var reasons: [String] = []
        for address in addresses {
            do throws(ConnectionFailure) {
                return try ExportConnection(
                    to: address, over: endpoint.transport, configuration: configuration, interruption: interruption)
            } catch {
                guard case .lost(let reason) = error else { throw error }
                reasons.append("\(address.ipAddress): \(reason)")
            }
        }
        throw .lost(reasons.joined(separator: "; "))
    }

    private init(
        to address: csocket_address, over transport: Transport, configuration: ExportConfiguration, interruption: WakeUp
    ) throws(ConnectionFailure) {
        var address = address
        let patience = Int32(clamping: configuration.acknowledgementTimeout.wholeMilliseconds)
        do throws(SystemError) {
            // The function only reads the one address it is given.
            socket = try Descriptor(unsafe csocket_connect(&address, transport.socketKind, patience))
        } catch {
            throw .lost(error.description)
        }
        self.transport = transport
        writeTimeout = configuration.writeTimeout
        self.interruption = interruption
        try waitUntilWritable(orElse: "no answer")
        let error = csocket_error(socket.number)
        if error != 0 { throw .lost(SystemError(code: error).description) }
    }

    /// What to wait for when there is nothing to send: the collector has closed, or an error has come.
    var news: Poll.Wait { .readable(socket.number) }

    var writable: Poll.Wait { .writable(socket.number) }

    /// Sends all octets; over UDP as one datagram. After an error of a stream the collector may have a part of them.
    func send(_ octets: [UInt8]) throws(ConnectionFailure) {
        var sent = 0
        while sent < octets.count {
            let taken = try offer(octets, from: sent)
            sent += taken
            if taken == 0 { try waitUntilWritable(orElse: "nothing was taken") }
        }
    }

    /// How many of the octets from an offset on the operating system takes now; 0 when its buffer is full.
    func offer(_ octets: [UInt8], from offset: Int) throws(ConnectionFailure) -> Int {
        precondition(offset >= 0 && offset < octets.count, "there must be something to send")
        // The kernel reads within the array, which is not empty and lives until the call returns.
        let taken = unsafe octets.withUnsafeBytes {
            unsafe Glibc.send(socket.number, $0.baseAddress! + offset, octets.count - offset, Int32(MSG_NOSIGNAL))
        }
        if taken < 0 { try fail(with: errno) }
        return max(0, taken)
    }

    /// Octets that the collector's system has not acknowledged, as far as the transport tells; with TLS more than were given to it.
    var unacknowledgedOctets: Int { transport == .udp ? 0 : max(0, Int(csocket_unacknowledged_octets(socket.number))) }

    /// Notices a collector that has closed, and takes the error of an earlier datagram.
    func check() throws(ConnectionFailure) {
        var ignored: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for _ in 0..<Self.ignoredReadings {
            let count = unsafe withUnsafeMutableBytes(of: &ignored) {
                // The kernel writes at most as much as the tuple holds.
                unsafe recv(socket.number, $0.baseAddress!, $0.count, Int32(MSG_DONTWAIT))
            }
            if count < 0 {
                return try fail(with: errno)
            }
            // Over UDP an empty datagram means nothing.
            if count == 0, transport == .tcp { throw .lost("closed by the collector") }
        }
    }

    /// Returns when it is no failure but a reason to wait or to try again.
    private func fail(with code: Int32) throws(ConnectionFailure) {
        switch code {
        case EINTR, EAGAIN, EWOULDBLOCK: return
        case ECONNREFUSED where transport == .udp: throw .refused
        case EMSGSIZE: throw .tooLarge
        default: throw .lost(SystemError(code: code).description)
        }
    }

    private func waitUntilWritable(orElse complaint: String) throws(ConnectionFailure) {
        let ready = Poll.wait(for: [.readable(interruption.number), writable], timeout: writeTimeout)
        if ready[0] { throw .interrupted }
        if !ready[1] { throw .lost("\(complaint) for \(writeTimeout)") }
    }
}
