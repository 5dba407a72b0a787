// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging

/// One UDP socket of a Collecting Process, read by a thread of its own.
///
/// While the receiver blocks, datagrams wait in the kernel's buffer and are dropped and counted there when it is full.
final class DatagramListener: DatagramListening {
    /// How often silent peers and the kernel's drops are looked at when nothing arrives.
    private static let restInterval = Duration.seconds(1)
    /// Full readings between two such looks, and at most so many after the stop: 65,536 datagrams.
    private static let readingsInARow = 1024

    private let intake: Intake
    private let port: DatagramPort
    private let stopped = WakeUp()

    /// Binds; datagrams wait in the kernel until `run`.
    init(endpoint: Endpoint, intake: Intake) throws {
        self.intake = intake
        port = try DatagramPort(endpoint: endpoint, intake: intake)
    }

    var endpoint: Endpoint { port.endpoint }

    func run() {
        var receiver = DatagramReceiver()
        var sessions = DatagramSessions()
        var drops: UInt32 = 0
        var nextExpiry = Timestamp(milliseconds: .min)
        var isStopping = false
        while !isStopping {
            isStopping = Poll.wait(for: [.readable(stopped.number), .readable(port.socket.number)], timeout: Self.restInterval)[0]
            readWhatWaits(with: &receiver, into: &sessions)
            port.countDrops(since: &drops)
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
                let count = try receiver.receive(from: port.socket)
                if count == 0 { return }
                handOver(count, from: receiver, through: &sessions)
            } catch {
                port.report(error)
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
            guard intake.isMessage(octets, from: peer) else { continue }
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
}
