// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX
import Logging

/// One UDP socket of a Collecting Process, read by a thread of its own.
///
/// While the receiver blocks, datagrams wait in the kernel's buffer and are dropped and counted there when it is full.
final class DatagramListener: Sendable {
    /// How often silent peers and the kernel's drops are looked at when nothing arrives.
    private static let restInterval = Duration.seconds(1)
    /// Full readings between two such looks, and at most so many after the stop: 65,536 datagrams.
    private static let readingsInARow = 1024

    let endpoint: Endpoint
    private let intake: Intake
    private let socket: Descriptor
    private let stopped = WakeUp()

    /// Binds; datagrams wait in the kernel until `run`.
    init(endpoint: Endpoint, intake: Intake) throws {
        var address = try SocketAddresses.resolve(endpoint)[0]
        // The function only reads the one address it is given.
        socket = try Descriptor(unsafe csocket_bind_datagram(&address))
        self.endpoint = endpoint.with(port: UInt16(clamping: csocket_local_port(socket.number)))
        self.intake = intake
        reportBuffer()
    }

    /// Reads until `stop`, then what has arrived by then.
    func run() {
        var receiver = DatagramReceiver()
        var sessions = DatagramSessions()
        var drops: UInt32 = 0
        var nextExpiry = Timestamp(milliseconds: .min)
        var isStopping = false
        while !isStopping {
            isStopping = Poll.wait(for: [.readable(stopped.number), .readable(socket.number)], timeout: Self.restInterval)[0]
            readWhatWaits(with: &receiver, into: &sessions)
            countDrops(since: &drops)
            expire(&sessions, notAgainBefore: &nextExpiry)
        }
        for session in sessions.removeAll() { intake.close(session, because: .stopped) }
    }

    func stop() {
        stopped.signal()
    }

    private func readWhatWaits(with receiver: inout DatagramReceiver, into sessions: inout DatagramSessions) {
        for _ in 0..<Self.readingsInARow {
            do throws(SystemError) {
                let count = try receiver.receive(from: socket)
                if count == 0 { return }
                handOver(count, from: receiver, through: &sessions)
            } catch {
                intake.change { $0.receiveErrors += 1 }
                intake.logger.error("receiving failed", metadata: ["endpoint": "\(endpoint)", "reason": "\(error)"])
                // A socket that fails again and again must not keep a core busy.
                _ = stopped.wait(timeout: Self.restInterval)
                return
            }
        }
    }

    private func handOver(_ count: Int, from receiver: borrowing DatagramReceiver, through sessions: inout DatagramSessions) {
        let now = intake.clock()
        for index in 0..<count {
            let (peer, octets) = receiver.datagram(at: index)
            do throws(MessageError) {
                // Integers without padding: every octet of the view is initialized.
                _ = try MessageHeader(reading: unsafe octets.span.bytes)
            } catch {
                intake.dropDatagram(from: peer, because: error)
                continue
            }
            sessions.append(octets, from: peer, at: now) {
                intake.open(.udp, peerAddress: $0.addressText, peerPort: $0.port)
            }
        }
        for batch in sessions.takeBatches() { intake.hand(over: batch.messages, of: batch.session) }
    }

    private func expire(_ sessions: inout DatagramSessions, notAgainBefore next: inout Timestamp) {
        let now = intake.clock()
        // The second condition is a clock that was set back.
        guard now >= next || next - now > Self.restInterval else { return }
        next = now + Self.restInterval
        let idleTime = intake.limits.datagramIdleTime
        for session in sessions.expire(at: now, idleTime: idleTime) { intake.close(session, because: .idle(idleTime)) }
    }

    private func countDrops(since last: inout UInt32) {
        let drops = csocket_drops(socket.number)
        guard drops >= 0 else { return }
        let current = UInt32(truncatingIfNeeded: drops)
        let growth = current &- last
        last = current
        if growth > 0 { intake.change { $0.kernelDrops += UInt64(growth) } }
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
