// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX
import Logging

/// A bound UDP socket, and what the kernel tells of it.
struct DatagramPort {
    let endpoint: Endpoint
    let socket: Descriptor
    private let intake: Intake

    /// Binds; datagrams wait in the kernel until they are read.
    init(endpoint: Endpoint, intake: Intake) throws {
        var address = try SocketAddresses.resolve(endpoint)[0]
        // The function only reads the one address it is given.
        socket = try Descriptor(unsafe csocket_bind_datagram(&address))
        self.endpoint = endpoint.with(port: UInt16(clamping: csocket_local_port(socket.number)))
        self.intake = intake
        reportBuffer()
    }

    /// Sends one datagram, or not: it may be lost as well on the way.
    func send(_ octets: [UInt8], to peer: DatagramPeer) {
        var address = peer.socketAddress
        // The function reads the octets of the array and the one address.
        _ = unsafe csocket_send_to(socket.number, octets, octets.count, &address)
    }

    /// Counts what the kernel dropped since the last time.
    func countDrops(since last: inout UInt32) {
        let drops = csocket_drops(socket.number)
        guard drops >= 0 else { return }
        let current = UInt32(truncatingIfNeeded: drops)
        let growth = current &- last
        last = current
        if growth > 0 { intake.change { $0.kernelDrops += UInt64(growth) } }
    }

    func report(_ error: SystemError) {
        intake.change { $0.receiveErrors += 1 }
        intake.logger.error("receiving failed", metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
    }

    private func reportBuffer() {
        let wanted = intake.limits.receiveBuffer
        let granted = Int(csocket_receive_buffer(socket.number, Int32(clamping: wanted)))
        intake.change { $0.receiveBufferGranted = min($0.receiveBufferGranted ?? granted, granted) }
        let metadata: Logger.Metadata = ["endpoint": "\(endpoint)", "wanted": "\(wanted)", "granted": "\(granted)"]
        if granted < wanted {
            intake.logger.warning("receive buffer smaller than wanted: raise net.core.rmem_max or grant CAP_NET_ADMIN", metadata: metadata)
        } else {
            intake.logger.debug("receive buffer granted", metadata: metadata)
        }
    }
}
