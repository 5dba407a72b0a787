// SPDX-License-Identifier: Apache-2.0

/// What an `ExportQueue` holds and has seen: appended = confirmed + waiting + dropped, in messages and in records.
public struct ExportQueueStatistics: Sendable, Hashable {
    /// What waits, the message in flight included.
    public internal(set) var waiting = Amount()
    public internal(set) var appended = Amount()
    /// Taken and confirmed by the Exporting Process.
    public internal(set) var confirmed = Amount()
    /// Pushed out by newer ones, or too large for the whole queue.
    public internal(set) var dropped = Amount()
    /// Refused because the queue was closed; not counted as appended.
    public internal(set) var refused = Amount()
    /// The most messages that ever waited.
    public internal(set) var highWaterMark = 0

    public init() {}

    /// Messages, the Data Records in them, and the octets of their Sets.
    public struct Amount: Sendable, Hashable {
        public internal(set) var messages: UInt64 = 0
        public internal(set) var records: UInt64 = 0
        public internal(set) var octets: UInt64 = 0
        public internal(set) var flows = FlowVolume()

        public init() {}

        static func += (amount: inout Self, message: ExportedMessage) {
            amount.messages += 1
            amount.records += UInt64(message.recordCount)
            amount.octets += UInt64(message.sets.count)
            amount.flows += message.flows
        }

        static func -= (amount: inout Self, message: ExportedMessage) {
            amount.messages -= 1
            amount.records -= UInt64(message.recordCount)
            amount.octets -= UInt64(message.sets.count)
            amount.flows = amount.flows - message.flows
        }
    }
}
