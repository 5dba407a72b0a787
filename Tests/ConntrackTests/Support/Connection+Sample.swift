// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

extension Connection {
    /// A UDP connection through a Service: the reply comes from another address and port than the request went to.
    static func sample(
        zone: UInt16 = 65520, sourcePort: UInt16 = 40_000, label: Label = Label(high: 0x0304_0506, low: 0xC9_0000_0065)
    ) -> Connection {
        Connection(
            original: Tuple(
                source: IPAddress(v4: 0x0A0A_0102), destination: IPAddress(v4: 0x0A60_000A), sourcePort: sourcePort, destinationPort: 53),
            reply: Tuple(
                source: IPAddress(v4: 0x0A0A_0203), destination: IPAddress(v4: 0x0A0A_0102), sourcePort: 5353, destinationPort: sourcePort),
            protocolIdentifier: 17, zone: zone, mark: 0x13, label: label, status: [.seenReply, .confirmed], timeoutSeconds: 600)
    }

    /// A TCP connection over IPv6, as the kernel lists it when accounting and timestamps are on.
    static func sampleV6(zone: UInt16 = 65510) -> Connection {
        let client = IPAddress(high: 0xFD10_0010_0001_0000, low: 2), server = IPAddress(high: 0xFD10_0010_0002_0000, low: 3)
        return Connection(
            original: Tuple(source: client, destination: server, sourcePort: 50_001, destinationPort: 8080),
            reply: Tuple(source: server, destination: client, sourcePort: 8080, destinationPort: 50_001),
            protocolIdentifier: 6, zone: zone, id: 0xFFFF_FFFE, mark: 3, label: Label(low: 7), status: [.seenReply, .assured, .confirmed],
            tcpState: .established, counters: Counters(packets: 1, octets: .max, reversePackets: 3, reverseOctets: 4),
            start: Timestamp(milliseconds: 1_795_461_003_369), timeoutSeconds: 432_000)
    }
}
