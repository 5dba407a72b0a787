// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

extension IPAddress {
    /// Of the last octets of 10.10.0.0/16, where the pods are.
    static func pod(_ node: UInt8, _ host: UInt8) -> IPAddress { IPAddress(v4: 0x0A0A_0000 | UInt32(node) << 8 | UInt32(host)) }

    static let client = pod(1, 2), server = pod(1, 3), remote = pod(2, 3)
    static let service = IPAddress(v4: 0x0A60_000A), gateway = pod(1, 1), external = IPAddress(v4: 0xC633_640A)
}

extension Timestamp {
    /// Seconds after a fixed morning.
    static func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: 1_795_000_000_000 + Int64(seconds * 1000)) }
}

extension LocalPod {
    static let client = LocalPod(name: "client-1", namespace: "lab", addresses: [.client], interface: "client-1-a1b2c3")
    static let server = LocalPod(name: "web-1", namespace: "shop", addresses: [.server], interface: "web-1-d4e5f6")
}

extension Connection {
    /// A TCP connection of the client to port 8080 of the destination, committed in Antrea's zone with a mark.
    static func sample(
        from source: IPAddress = .client, to destination: IPAddress = .remote, port: UInt16 = 40_000, id: UInt32? = 7,
        state: TCPState? = .established, counters: Counters? = Counters(packets: 2, octets: 200, reversePackets: 1, reverseOctets: 100),
        start: Timestamp? = .at(0)
    ) -> Connection {
        Connection(
            original: Tuple(source: source, destination: destination, sourcePort: port, destinationPort: 8080),
            reply: Tuple(source: destination, destination: source, sourcePort: 8080, destinationPort: port), protocolIdentifier: 6,
            zone: 65520,
            id: id, mark: 3, tcpState: state, counters: counters, start: start)
    }

    /// The same connection with so many times the sample's counters.
    func counted(_ times: UInt64) -> Connection {
        var next = self
        next.counters = Counters(packets: 2 * times, octets: 200 * times, reversePackets: times, reverseOctets: 100 * times)
        return next
    }

    func with(_ change: (inout Connection) -> Void) -> Connection {
        var next = self
        change(&next)
        return next
    }
}
