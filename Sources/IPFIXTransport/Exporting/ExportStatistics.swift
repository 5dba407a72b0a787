// SPDX-License-Identifier: Apache-2.0

/// What an Exporting Process has done since it was made.
public struct ExportStatistics: Sendable, Hashable {
    /// Messages with Data Records that the operating system took whole, those sent again after a lost connection included.
    public internal(set) var messages: UInt64 = 0
    public internal(set) var records: UInt64 = 0
    /// The flows in those messages.
    public internal(set) var flows = FlowVolume()
    /// Octets of those messages and of the templates, headers included.
    public internal(set) var octets: UInt64 = 0
    /// Messages that carried the templates.
    public internal(set) var templateMessages: UInt64 = 0
    /// Transport sessions begun, and those of them that followed an earlier one.
    public internal(set) var connections: UInt64 = 0
    public var reconnects: UInt64 { connections > 0 ? connections - 1 : 0 }
    public internal(set) var isConnected = false
    /// Attempts to connect that failed, connections lost, and datagrams that nobody took.
    public internal(set) var sendErrors: UInt64 = 0
    /// Messages too large to be sent, and the records in them.
    public internal(set) var oversizedMessages: UInt64 = 0
    public internal(set) var oversizedRecords: UInt64 = 0
    public internal(set) var oversizedFlows = FlowVolume()
    /// The queue at the same moment. What is oversized was confirmed there.
    public internal(set) var queue = ExportQueueStatistics()

    public init() {}

    /// Messages that will never be sent: `notSentPacketTotalCount`, and their records `notSentFlowTotalCount` (RFC 7011 §4.3).
    public var droppedMessages: UInt64 { queue.lost.messages + oversizedMessages }
    public var droppedRecords: UInt64 { queue.lost.records + oversizedRecords }
    /// The flows in those messages.
    public var droppedFlows: FlowVolume { queue.lost.flows + oversizedFlows }
}

/// How an Exporting Process ended.
public struct ExportSummary: Sendable, Hashable {
    /// What was still waiting, and is lost; zero after a complete drain, and with a spool that could take it.
    public let messagesLeft: UInt64
    public let recordsLeft: UInt64
    /// What waits in the spool for the next start.
    public let recordsKept: UInt64
    public let statistics: ExportStatistics

    init(_ statistics: ExportStatistics) {
        messagesLeft = statistics.queue.left.messages
        recordsLeft = statistics.queue.left.records
        recordsKept = statistics.queue.spool.waiting.records
        self.statistics = statistics
    }
}
