// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One packet that a policy rule refused, as the switch reported it.
///
/// On Open vSwitch it arrives as a packet-in of the deny flow; TCP retransmits its SYN, so one attempt is reported
/// several times. The tuple is the packet's, which is the one after destination translation.
public struct DeniedConnection: Sendable, Hashable {
    public enum Action: Sendable, Hashable { case drop, reject }
    public enum Direction: Sendable, Hashable { case ingress, egress }

    public var tuple: Connection.Tuple
    public var protocolIdentifier: UInt8
    /// Where the client wanted to go before destination translation, when the switch knows it.
    public var originalDestination: IPAddress?
    public var originalDestinationPort: UInt16?
    /// The rule that refused the packet; nil where isolation by default did.
    public var rule: UInt32?
    public var action: Action
    /// Nil when the table that refused the packet tells nothing of it; the rule map then decides.
    public var direction: Direction?
    /// The labels of rules that had admitted it before; egress rules admit before ingress rules refuse.
    public var label: Connection.Label
    /// IP-layer length of the packet.
    public var octets: UInt32
    public var time: Timestamp

    public init(
        tuple: Connection.Tuple, protocolIdentifier: UInt8, originalDestination: IPAddress? = nil,
        originalDestinationPort: UInt16? = nil, rule: UInt32?, action: Action, direction: Direction?,
        label: Connection.Label = Connection.Label(), octets: UInt32, time: Timestamp
    ) {
        self.tuple = tuple
        self.protocolIdentifier = protocolIdentifier
        self.originalDestination = originalDestination
        self.originalDestinationPort = originalDestinationPort
        self.rule = rule
        self.action = action
        self.direction = direction
        self.label = label
        self.octets = octets
        self.time = time
    }
}
