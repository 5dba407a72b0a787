// SPDX-License-Identifier: Apache-2.0

internal import Conntrack
internal import IPFIX
internal import Metering

/// Octets of every kind of netlink socket that is read: no more entries than there is room for, and each of them counted.
enum NetlinkTarget {
    private static let capacity = 16

    static func run(_ octets: [UInt8]) {
        entries(octets)
        statistics(octets)
        packetLog(octets)
    }

    private static func entries(_ octets: [UInt8]) {
        var parser = ConntrackMessageParser(capacity: capacity)
        var count = 0
        _ = parser.receive(octets.span) { _, _ in count += 1 }
        precondition(count == parser.entries && parser.entries <= capacity, "entries were counted wrongly")
    }

    private static func statistics(_ octets: [UInt8]) {
        var parser = StatisticsParser()
        _ = parser.receive(octets.span)
        // No message of a CPU is shorter than its header and the family's.
        precondition(parser.statistics.cpus.count <= octets.count / 20, "CPUs were counted wrongly")
        var meter = ConntrackStatisticsMeter()
        _ = meter.update(ConntrackStatistics())
        _ = meter.update(parser.statistics)
        _ = meter.update(ConntrackStatistics())
    }

    private static func packetLog(_ octets: [UInt8]) {
        var parser = PacketLogParser(packetsPerSecond: capacity)
        var count: UInt64 = 0
        _ = parser.receive(octets.span, at: Timestamp(milliseconds: 0)) { _ in count += 1 }
        precondition(count == parser.statistics.denied && count <= UInt64(capacity), "denied packets were counted wrongly")
    }
}
