// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// The OXM fields of a flow's match, or of the metadata of a packet-in, that mean something here.
///
/// Addresses, ports and the like are nil unless matched whole, without a mask. What is commonly matched in part
/// (registers, `ct_state`, `ct_mark`, `ct_label`) keeps the matched bits; the others are 0.
public struct MatchFields: Sendable, Hashable {
    public internal(set) var inPort: UInt32?
    public internal(set) var etherType: UInt16?
    public internal(set) var protocolIdentifier: UInt8?
    public internal(set) var source: IPAddress?
    public internal(set) var destination: IPAddress?
    public internal(set) var sourcePort: UInt16?
    public internal(set) var destinationPort: UInt16?
    public internal(set) var icmpType: UInt8?
    public internal(set) var icmpCode: UInt8?
    public internal(set) var conntrackZone: UInt16?
    public internal(set) var conntrackState: ConntrackState?
    /// The bits of `conntrackState` that are matched.
    public internal(set) var conntrackStateMask: ConntrackState?
    public internal(set) var conntrackMark: UInt32?
    public internal(set) var conntrackLabel: Connection.Label?
    /// The bits of `conntrackLabel` that are matched.
    public internal(set) var conntrackLabelMask: Connection.Label?
    /// The original tuple of the packet's connection, before any translation.
    public internal(set) var originalSource: IPAddress?
    public internal(set) var originalDestination: IPAddress?
    public internal(set) var originalProtocolIdentifier: UInt8?
    public internal(set) var originalSourcePort: UInt16?
    public internal(set) var originalDestinationPort: UInt16?
    /// By number, 0–15; absent where nothing is matched.
    public internal(set) var registers: [UInt8: UInt32] = [:]

    public init() {}

    /// `ct_state` as flows match it (Open vSwitch include/openvswitch/packets.h, `CS_STATES`).
    public struct ConntrackState: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let new = ConntrackState(rawValue: 0x01)
        public static let established = ConntrackState(rawValue: 0x02)
        public static let related = ConntrackState(rawValue: 0x04)
        public static let reply = ConntrackState(rawValue: 0x08)
        public static let invalid = ConntrackState(rawValue: 0x10)
        public static let tracked = ConntrackState(rawValue: 0x20)
    }
}
