// SPDX-License-Identifier: Apache-2.0

/// Why a netlink message, or the entry in it, was skipped. Each skip is counted; what follows it is still read.
public enum RejectionReason: Error, Sendable, Hashable, CaseIterable {
    /// A message's length is less than its header's or more than what was received; the rest of the datagram is lost with it.
    case messageLength
    /// The message is neither netlink's own nor a conntrack entry.
    case unexpectedMessage
    /// The message answers another request.
    case foreignSequenceNumber
    /// An attribute's length is less than its header's or more than its container holds.
    case attributeLength
    /// An attribute's value does not have the length of its kind.
    case valueLength
    /// The original or the reply tuple, an address of it or its protocol is not there.
    case missingTuple
    /// An attribute that the message is for is not there.
    case missingValue
    /// One tuple mixes IPv4 with IPv6, or the two tuples differ in protocol.
    case contradiction
    /// A logged packet is neither IPv4 nor IPv6.
    case notIP
    /// A logged packet ends inside its headers, or they contradict each other.
    case packetHeader
    /// A logged packet is a fragment other than the first, which has no ports.
    case fragment
}
