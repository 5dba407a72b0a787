// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import TransportSecurity

/// One UDP socket of a Collecting Process that speaks DTLS (RFC 6347) with any number of peers, read by a thread of its own.
final class SecureDatagramListener: DatagramListening {
    private static let restInterval = Duration.seconds(1)
    /// Full readings between two looks at timers, and at most so many after the stop.
    private static let readingsInARow = 64

    private let intake: Intake
    private let port: DatagramPort
    private let credentials: Credentials
    private let stopped = WakeUp()

    init(endpoint: Endpoint, credentials: Credentials, intake: Intake) throws {
        self.intake = intake
        self.credentials = credentials
        port = try DatagramPort(endpoint: endpoint, intake: intake)
    }

    var endpoint: Endpoint { port.endpoint }

    func run() {
        var receiver = DatagramReceiver()
        var associations = SecureAssociations(over: port, credentials: credentials, intake: intake)
        var drops: UInt32 = 0
        var isStopping = false
        while !isStopping {
            let rest = min(Self.restInterval, associations.timeToRetransmission ?? Self.restInterval)
            isStopping = Poll.wait(for: [.readable(stopped.number), .readable(port.socket.number)], timeout: rest)[0]
            readWhatWaits(with: &receiver, into: &associations)
            port.countDrops(since: &drops)
            associations.expire(at: intake.clock())
        }
        associations.stop()
    }

    func stop() {
        stopped.signal()
    }

    private func readWhatWaits(with receiver: inout DatagramReceiver, into associations: inout SecureAssociations) {
        for _ in 0..<Self.readingsInARow {
            do throws(SystemError) {
                let count = try receiver.receive(from: port.socket)
                if count == 0 { return }
                let now = intake.clock()
                for index in 0..<count {
                    let (peer, octets) = receiver.datagram(at: index)
                    associations.receive(octets, from: peer, at: now)
                }
                associations.handOver()
            } catch {
                port.report(error)
                // A socket that fails again and again must not keep a core busy.
                _ = stopped.wait(timeout: Self.restInterval)
                return
            }
        }
    }
}
