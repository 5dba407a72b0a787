// SPDX-License-Identifier: Apache-2.0

/// The Sets of one IPFIX Message; the Exporting Process puts the message header in front when it sends them.
public struct ExportedMessage: Sendable, Hashable {
    /// One or more whole Sets, at most 65,519 octets.
    public var sets: [UInt8]
    /// Data Records in them, options included and templates not (RFC 7011 §3.1, Sequence Number).
    public var recordCount: UInt32
    /// Those of them that tell of flows, and what they tell.
    public var flows: FlowVolume

    public init(sets: [UInt8], recordCount: UInt32, flows: FlowVolume = FlowVolume()) {
        self.sets = sets
        self.recordCount = recordCount
        self.flows = flows
    }
}
