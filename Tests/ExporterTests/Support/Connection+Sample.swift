// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

extension IPAddress {
    static let client = IPAddress(v4: 0x0A0A_0102), server = IPAddress(v4: 0x0A0A_0203)
}

extension Connection {
    static func sample(_ port: UInt16, packets: UInt64 = 2, start: Timestamp = .sample) -> Connection {
        Connection(
            original: Tuple(source: .client, destination: .server, sourcePort: port, destinationPort: 8080),
            reply: Tuple(source: .server, destination: .client, sourcePort: 8080, destinationPort: port), protocolIdentifier: 6,
            zone: 65520, id: UInt32(port), mark: 3, tcpState: .established,
            counters: Counters(packets: packets, octets: packets * 100, reversePackets: 1, reverseOctets: 50), start: start)
    }
}

extension Timestamp {
    static let sample = Timestamp(milliseconds: 1_795_000_000_000)
}

extension MeteringConfiguration {
    /// Of everything, wherever its ends are.
    static var everything: MeteringConfiguration {
        var configuration = MeteringConfiguration(nodeName: "node1")
        configuration.onlyLocalPods = false
        return configuration
    }
}
