// SPDX-License-Identifier: Apache-2.0

@testable import Conntrack

/// Writes logged packets as the kernel does.
enum LoggedPacketWriter {
    /// From the IP header on.
    struct Packet {
        var octets: [UInt8]

        /// From 10.10.1.2 to 10.10.2.3, as long as a packet of 60 octets says if it is TCP.
        static func v4(_ number: UInt8, _ payload: [UInt8], fragmentOffset: UInt16 = 0) -> Packet {
            let length = number == 6 ? 60 : UInt16(20 + payload.count)
            return Packet(
                octets: [0x45, 0] + networkOctets(length) + [0, 1] + networkOctets(fragmentOffset) + [64, number, 0, 0]
                    + [10, 10, 1, 2, 10, 10, 2, 3] + payload)
        }

        /// - Parameter next: the protocol of the first header in `payload`.
        static func v6(_ next: UInt8, _ payload: [UInt8]) -> Packet {
            let addresses = [UInt8](repeating: 0xFD, count: 16) + [UInt8](repeating: 0xFE, count: 16)
            return Packet(octets: [0x60, 0, 0, 0] + networkOctets(UInt16(payload.count)) + [next, 64] + addresses + payload)
        }
    }

    static func message(_ packet: Packet, prefix: String = "weir drop", hook: UInt8 = 2, sequenceNumber: UInt32? = nil) -> [UInt8] {
        var attributes = EntryWriter.attribute(1, [8, 0, hook, 0]) + EntryWriter.attribute(10, Array(prefix.utf8) + [0])
        attributes += EntryWriter.attribute(9, packet.octets)
        if let sequenceNumber { attributes += EntryWriter.attribute(12, networkOctets(sequenceNumber)) }
        return EntryWriter.message([2, 0, 0, 5] + attributes, type: NetlinkMessageType.loggedPacket)
    }
}
