// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// Makes denied connections of the packet-ins that deny flows send: userdata `01` and a set of bits of which 0x04 asks
/// for this, the rule in register 3, the disposition in bits 11–12 of register 0 (Antrea's layout).
///
/// Pure: a message in, an outcome out.
public struct DeniedPacketDecoder: Sendable {
    /// What a message turned out to be.
    public enum Outcome: Sendable, Hashable {
        case denied(DeniedConnection)
        case ignored(Reason)
    }

    /// Why a message is no denied connection.
    public enum Reason: Sendable, Hashable, CaseIterable {
        /// Any other message.
        case notAPacketIn
        /// A packet-in for somebody else.
        case otherUserdata
        /// The rule let the packet pass.
        case allowed
        /// Not IP, such as ARP.
        case notIP
        /// The message contradicts its own lengths.
        case malformed
    }

    /// The tables of this pipeline whose flows refuse packets, by number.
    public let directions: [UInt8: DeniedConnection.Direction]

    private static let userdataKind: UInt8 = 1
    private static let storeAsDenied: UInt8 = 0x04

    public init(directions: [UInt8: DeniedConnection.Direction] = [40: .egress, 70: .ingress]) {
        self.directions = directions
    }

    /// - Parameter message: one whole OpenFlow message.
    public func decode(_ message: [UInt8], at time: Timestamp) -> Outcome {
        var stream = OpenFlowStream()
        stream.consume(message[...])
        guard let message = try? stream.next() else { return .ignored(.malformed) }
        return decode(message, at: time)
    }

    func decode(_ message: OpenFlowMessage, at time: Timestamp) -> Outcome {
        guard PacketIn2.isPacketIn2(message) else { return .ignored(.notAPacketIn) }
        guard let packet = PacketIn2(message) else { return .ignored(.malformed) }
        guard packet.userdata.count >= 2, packet.userdata[0] == Self.userdataKind, packet.userdata[1] & Self.storeAsDenied != 0 else {
            return .ignored(.otherUserdata)
        }
        guard let action = action(packet.metadata) else { return .ignored(.allowed) }
        guard let headers = PacketHeaders(frame: packet.frame.span) else { return .ignored(.notIP) }
        let target = originalTarget(packet.metadata, headers.tuple)
        let frameLength = packet.fullLength ?? UInt32(packet.frame.count)
        let rule = packet.metadata.registers[3] ?? 0
        let denied = DeniedConnection(
            tuple: headers.tuple, protocolIdentifier: headers.protocolIdentifier, originalDestination: target?.address,
            originalDestinationPort: target?.port, rule: rule == 0 ? nil : rule, action: action, direction: direction(packet),
            label: packet.metadata.conntrackLabel ?? Connection.Label(),
            octets: headers.octets ?? UInt32(max(0, Int(frameLength) - headers.headerOffset)), time: time)
        return .denied(denied)
    }

    /// Register 0, bits 11–12: 0 allow, 1 drop, 2 reject, 3 pass.
    private func action(_ metadata: MatchFields) -> DeniedConnection.Action? {
        switch (metadata.registers[0] ?? 0) >> 11 & 3 {
        case 1: .drop
        case 2: .reject
        default: nil
        }
    }

    /// Register 2, bits 0–7, holds the table that refused the packet where it was sent up from another one.
    private func direction(_ packet: PacketIn2) -> DeniedConnection.Direction? {
        let noted = UInt8(truncatingIfNeeded: packet.metadata.registers[2] ?? 0)
        if noted != 0 { return directions[noted] }
        return packet.table.flatMap { directions[$0] }
    }

    /// Where the packet was sent before destination translation; nil where that is where it goes.
    private func originalTarget(_ metadata: MatchFields, _ tuple: Connection.Tuple) -> (address: IPAddress, port: UInt16?)? {
        // In the reply direction the original tuple points the other way.
        guard metadata.conntrackState?.contains(.reply) != true, let address = metadata.originalDestination, !address.isUnspecified else {
            return nil
        }
        // For ICMP the field holds the message's code.
        let port = tuple.icmp == nil ? metadata.originalDestinationPort : nil
        guard address != tuple.destination || port.map({ $0 != tuple.destinationPort }) == true else { return nil }
        return (address, port)
    }
}
