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

    public init(
        table: UInt8, priority: UInt16, cookie: UInt64, match: MatchFields, packets: UInt64?, frameOctets: UInt64?, duration: Duration?
    ) {
        self.table = table
        self.priority = priority
        self.cookie = cookie
        self.match = match
        self.packets = packets
        self.frameOctets = frameOctets
        self.duration = duration
    }
}

extension FlowStatistics {
    /// Octets of an Ethernet header.
    private static var frameHeaderOctets: UInt64 { 14 }

    /// What one direction of a connection carried, if this flow matches exactly one and counts.
    public var directionCount: DirectionCount? {
        guard let packets, let frameOctets, let protocolIdentifier = match.protocolIdentifier,
            let source = match.source, let destination = match.destination, let tuple = tuple(source, destination)
        else { return nil }
        let (headers, overflow) = packets.multipliedReportingOverflow(by: Self.frameHeaderOctets)
        return DirectionCount(
            tuple: tuple, protocolIdentifier: protocolIdentifier, packets: packets,
            octets: overflow || headers > frameOctets ? 0 : frameOctets - headers, age: duration ?? .zero)
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
