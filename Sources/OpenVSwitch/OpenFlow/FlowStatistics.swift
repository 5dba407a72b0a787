// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
public import Metering

/// A flow of the switch and what it counted.
public struct FlowStatistics: Sendable, Hashable {
    public let table: UInt8
    public let priority: UInt16
    public let cookie: UInt64
    public let match: MatchFields
    /// Nil where the switch does not count.
    public let packets: UInt64?
    /// Of whole Ethernet frames, without their check sequence.
    public let frameOctets: UInt64?
    /// Since the flow was installed.
    public let duration: Duration?
    /// Of the match as the switch wrote it, fields that are not known here included.
    public let matchDigest: UInt64
    /// Whether no packet goes on from this flow, except to the controller.
    public let endsPacket: Bool

    public init(
        table: UInt8, priority: UInt16, cookie: UInt64, match: MatchFields, packets: UInt64?, frameOctets: UInt64?, duration: Duration?,
        matchDigest: UInt64 = 0, endsPacket: Bool = false
    ) {
        self.table = table
        self.priority = priority
        self.cookie = cookie
        self.match = match
        self.packets = packets
        self.frameOctets = frameOctets
        self.duration = duration
        self.matchDigest = matchDigest
        self.endsPacket = endsPacket
    }
}

extension FlowStatistics {
    /// Octets of an Ethernet header.
    private static var frameHeaderOctets: UInt64 { 14 }

    /// What one direction of a connection carried, if this flow matches exactly one and counts.
    public var directionCount: DirectionCount? {
        guard let packets, let octets = ipOctets, let protocolIdentifier = match.protocolIdentifier,
            let source = match.source, let destination = match.destination, let tuple = tuple(source, destination)
        else { return nil }
        return DirectionCount(
            tuple: tuple, protocolIdentifier: protocolIdentifier, zone: match.conntrackZone, packets: packets, octets: octets,
            age: duration ?? .zero)
    }

    /// The octets of the packets without their Ethernet headers; nil where the switch does not count.
    public var ipOctets: UInt64? {
        guard let packets, let frameOctets else { return nil }
        let (headers, overflow) = packets.multipliedReportingOverflow(by: Self.frameHeaderOctets)
        return overflow || headers > frameOctets ? 0 : frameOctets - headers
    }

    private func tuple(_ source: IPAddress, _ destination: IPAddress) -> Connection.Tuple? {
        if let sourcePort = match.sourcePort, let destinationPort = match.destinationPort {
            return Connection.Tuple(source: source, destination: destination, sourcePort: sourcePort, destinationPort: destinationPort)
        }
        if let type = match.icmpType, let code = match.icmpCode {
            // No flow can match the identifier.
            let icmp = Connection.ICMP(identifier: 0, type: type, code: code)
            return Connection.Tuple(source: source, destination: destination, icmp: icmp)
        }
        return nil
    }
}
