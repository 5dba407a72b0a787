// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// What became of everything on the way to one collector, up to one moment (RFC 7011 §4): the totals of the Metering Process, of the
/// Exporting Process, and of the node's named counters.
public struct ProcessReport: Sendable, Hashable {
    /// Flow records, and what they tell of.
    public struct Volume: Sendable, Hashable {
        public var flows: UInt64
        /// Nil where some of the flows have no counters.
        public var packets, octets: UInt64?

        public init(flows: UInt64, packets: UInt64?, octets: UInt64?) {
            self.flows = flows
            self.packets = packets
            self.octets = octets
        }
    }

    /// From when all totals count: the start of the program.
    public var began: Timestamp
    /// Up to when they count.
    public var time: Timestamp
    public var observationDomainID: UInt32
    /// The collector's place in their list, from 1.
    public var exportingProcessID: UInt32
    public var exportedMessages, exportedFlows, exportedOctets: UInt64
    /// Records made and given up.
    public var notSent: Volume
    /// When the first and the last of them were given up; nil if none was.
    public var firstDrop, lastDrop: Timestamp?
    /// Packets observed and not metered for lack of resources.
    public var ignoredPackets: UInt64
    /// Those that this node has.
    public var counters: [NodeCounter: UInt64]

    public init(
        began: Timestamp, time: Timestamp, observationDomainID: UInt32, exportingProcessID: UInt32, exportedMessages: UInt64,
        exportedFlows: UInt64, exportedOctets: UInt64, notSent: Volume, firstDrop: Timestamp?, lastDrop: Timestamp?,
        ignoredPackets: UInt64, counters: [NodeCounter: UInt64]
    ) {
        self.began = began
        self.time = time
        self.observationDomainID = observationDomainID
        self.exportingProcessID = exportingProcessID
        self.exportedMessages = exportedMessages
        self.exportedFlows = exportedFlows
        self.exportedOctets = exportedOctets
        self.notSent = notSent
        self.firstDrop = firstDrop
        self.lastDrop = lastDrop
        self.ignoredPackets = ignoredPackets
        self.counters = counters
    }
}
