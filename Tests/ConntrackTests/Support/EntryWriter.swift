// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

@testable import Conntrack

/// Writes conntrack entries as netlink messages: as the kernel does, or as a request that makes the kernel keep one.
enum EntryWriter {
    static func message(
        _ body: [UInt8], type: UInt16 = NetlinkMessageType.newEntry, flags: NetlinkHeader.Flags = [], sequenceNumber: UInt32 = 1
    ) -> [UInt8] {
        let header = NetlinkHeader(type: type, flags: flags, sequenceNumber: sequenceNumber, bodyLength: body.count)
        return header.octets + body + padding(body.count)
    }

    /// An entry as a dump carries it.
    static func entry(_ connection: Connection, flags: NetlinkHeader.Flags = [], sequenceNumber: UInt32 = 1) -> [UInt8] {
        var body = familyHeader(connection) + settableAttributes(connection)
        if let id = connection.id { body += attribute(12, networkOctets(id)) }
        if let counters = connection.counters {
            body += nested(9, attribute(1, networkOctets(counters.packets)) + attribute(2, networkOctets(counters.octets)))
            body += nested(10, attribute(1, networkOctets(counters.reversePackets)) + attribute(2, networkOctets(counters.reverseOctets)))
        }
        let start = connection.start.map { attribute(1, nanoseconds($0)) } ?? []
        let stop = connection.stop.map { attribute(2, nanoseconds($0)) } ?? []
        if !(start + stop).isEmpty { body += nested(20, start + stop) }
        return message(body, flags: flags, sequenceNumber: sequenceNumber)
    }

    /// A request to insert an entry, with what a request may say (IPCTNL_MSG_CT_NEW).
    static func insertion(_ connection: Connection) -> [UInt8] {
        let body = familyHeader(connection) + settableAttributes(connection)
        return message(body, flags: [.request, .create, .acknowledge])
    }

    /// A request to change an entry that exists.
    static func change(_ connection: Connection) -> [UInt8] {
        message(familyHeader(connection) + settableAttributes(connection), flags: [.request, .acknowledge])
    }

    /// A request to remove an entry (IPCTNL_MSG_CT_DELETE).
    static func deletion(_ connection: Connection) -> [UInt8] {
        var body = familyHeader(connection)
        body += nested(1, tuple(connection.original, protocolIdentifier: connection.protocolIdentifier))
        if connection.zone != 0 { body += attribute(18, networkOctets(connection.zone)) }
        return message(body, type: NetlinkMessageType.deletedEntry, flags: [.request, .acknowledge])
    }

    static func done(sequenceNumber: UInt32 = 1, code: Int32 = 0, flags: NetlinkHeader.Flags = []) -> [UInt8] {
        message(nativeOctets(code), type: NetlinkMessageType.done, flags: flags, sequenceNumber: sequenceNumber)
    }

    static func failure(_ errno: Int32, sequenceNumber: UInt32 = 1) -> [UInt8] {
        message(nativeOctets(-errno), type: NetlinkMessageType.error, sequenceNumber: sequenceNumber)
    }

    static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        nativeOctets(UInt16(4 + value.count)) + nativeOctets(type) + value + padding(value.count)
    }

    /// With NLA_F_NESTED, as the kernel marks and asks for attributes that hold attributes.
    static func nested(_ type: UInt16, _ attributes: [UInt8]) -> [UInt8] {
        attribute(type | 0x8000, attributes)
    }

    static func tuple(_ tuple: Connection.Tuple, protocolIdentifier: UInt8) -> [UInt8] {
        let types: (UInt16, UInt16) = tuple.source.family == .v4 ? (1, 2) : (3, 4)
        var transport = attribute(1, [protocolIdentifier])
        if let icmp = tuple.icmp {
            let first: UInt16 = protocolIdentifier == 58 ? 7 : 4
            transport += attribute(first, networkOctets(icmp.identifier))
            transport += attribute(first + 1, [icmp.type]) + attribute(first + 2, [icmp.code])
        } else {
            transport += attribute(2, networkOctets(tuple.sourcePort)) + attribute(3, networkOctets(tuple.destinationPort))
        }
        return nested(1, attribute(types.0, tuple.source.octets) + attribute(types.1, tuple.destination.octets)) + nested(2, transport)
    }

    static func familyHeader(_ connection: Connection) -> [UInt8] {
        [connection.original.source.family == .v4 ? 2 : 10, 0, 0, 0]
    }

    private static func settableAttributes(_ connection: Connection) -> [UInt8] {
        var body = nested(1, tuple(connection.original, protocolIdentifier: connection.protocolIdentifier))
        body += nested(2, tuple(connection.reply, protocolIdentifier: connection.protocolIdentifier))
        body += attribute(3, networkOctets(connection.status.rawValue))
        if let state = connection.tcpState { body += nested(4, nested(1, attribute(1, [state.rawValue]))) }
        if let timeout = connection.timeoutSeconds { body += attribute(7, networkOctets(timeout)) }
        body += attribute(8, networkOctets(connection.mark))
        if connection.zone != 0 { body += attribute(18, networkOctets(connection.zone)) }
        let label = connection.label
        let words = [label.low, label.low >> 32, label.high, label.high >> 32].map { UInt32(truncatingIfNeeded: $0) }
        return body + attribute(22, words.flatMap { nativeOctets($0) })
    }

    private static func nanoseconds(_ time: Timestamp) -> [UInt8] {
        networkOctets(UInt64(time.milliseconds) * 1_000_000)
    }

    private static func padding(_ length: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: netlinkAligned(length) - length)
    }
}
