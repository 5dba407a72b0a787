// SPDX-License-Identifier: Apache-2.0

import CSocket
import Glibc
import IPFIX

/// A non-blocking socket to one address of a collector, closed with the last copy.
struct ExportSocket {
    let transport: Transport
    private let descriptor: Descriptor
    private let address: csocket_address
    private let writeTimeout: Duration
    private let interruption: WakeUp

    /// The addresses behind the collector's name, in the order in which to try them; a socket is only made for one that is tried.
    static func candidates(for assignment: ExportAssignment, interruption: WakeUp) throws(ConnectionFailure) -> [Candidate] {
        do throws(SocketAddresses.ResolveError) {
            return try SocketAddresses.resolve(assignment.endpoint).map {
                Candidate(
                    address: $0, transport: assignment.endpoint.transport, configuration: assignment.configuration,
                    interruption: interruption)
            }
        } catch {
            throw .lost("\(assignment.endpoint.host): \(error)")
        }
    }

    struct Candidate {
        fileprivate let address: csocket_address
        fileprivate let transport: Transport
        fileprivate let configuration: ExportConfiguration
        fileprivate let interruption: WakeUp

        var addressText: String { "\(address.ipAddress)" }

        /// Waits for the connection at most for the write timeout.
        func connected() throws(ConnectionFailure) -> ExportSocket { try ExportSocket(self) }
    }

    private init(_ candidate: Candidate) throws(ConnectionFailure) {
        address = candidate.address
        transport = candidate.transport
        writeTimeout = candidate.configuration.writeTimeout
        interruption = candidate.interruption
        var address = candidate.address
        let patience = Int32(clamping: candidate.configuration.acknowledgementTimeout.wholeMilliseconds)
        do throws(SystemError) {
            // The function only reads the one address it is given.
            descriptor = try Descriptor(unsafe csocket_connect(&address, transport.socketKind, patience))
        } catch {
            throw .lost(error.description)
        }
        try waitUntilWritable(orElse: "no answer")
        let error = csocket_error(descriptor.number)
        if error != 0 { throw .lost(SystemError(code: error).description) }
    }

    var readable: Poll.Wait { .readable(descriptor.number) }

    /// Octets of a stream that the collector's system has not acknowledged.
    var unacknowledgedOctets: Int { max(0, Int(csocket_unacknowledged_octets(descriptor.number))) }

    var writable: Poll.Wait { .writable(descriptor.number) }

    /// Sends all octets; over UDP as one datagram.
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
            unsafe Glibc.send(descriptor.number, $0.baseAddress! + offset, octets.count - offset, Int32(MSG_NOSIGNAL))
        }
        if taken < 0 { try fail(with: errno) }
        return max(0, taken)
    }

    /// What has come: of a stream the next octets, empty at its end, of datagrams one; nil when nothing waits.
    func receive(atMost limit: Int) throws(ConnectionFailure) -> [UInt8]? {
        var code: Int32 = 0
        var count = 0
        // The kernel writes at most as much as the buffer holds, and says how much.
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, length in
            count = unsafe recv(descriptor.number, buffer.baseAddress!, limit, Int32(MSG_DONTWAIT))
            code = errno
            length = max(0, count)
        }
        if count >= 0 { return octets }
        try fail(with: code)
        return nil
    }

    /// False after the timeout.
    func waitUntilReadable(timeout: Duration) throws(ConnectionFailure) -> Bool {
        let ready = Poll.wait(for: [.readable(interruption.number), readable], timeout: timeout)
        if ready[0] { throw .interrupted }
        return ready[1]
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
