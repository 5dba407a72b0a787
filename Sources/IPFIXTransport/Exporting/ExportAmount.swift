// SPDX-License-Identifier: Apache-2.0

/// Messages, the Data Records in them, and the octets of their Sets.
public struct ExportAmount: Sendable, Hashable {
    public internal(set) var messages: UInt64 = 0
    public internal(set) var records: UInt64 = 0
    public internal(set) var octets: UInt64 = 0
    public internal(set) var flows = FlowVolume()

    public init() {}

    init(messages: UInt64, records: UInt64, octets: UInt64 = 0, flows: FlowVolume = FlowVolume()) {
        self.messages = messages
        self.records = records
        self.octets = octets
        self.flows = flows
    }

    init(_ message: ExportedMessage) {
        self.init(messages: 1, records: UInt64(message.recordCount), octets: UInt64(message.sets.count), flows: message.flows)
    }

    /// Whether a message can be taken from it.
    func includes(_ message: ExportedMessage) -> Bool {
        messages > 0 && records >= UInt64(message.recordCount) && octets >= UInt64(message.sets.count)
    }

    static func + (one: Self, other: Self) -> Self {
        Self(
            messages: one.messages + other.messages, records: one.records + other.records, octets: one.octets + other.octets,
            flows: one.flows + other.flows)
    }

    static func - (one: Self, other: Self) -> Self {
        Self(
            messages: one.messages - other.messages, records: one.records - other.records, octets: one.octets - other.octets,
            flows: one.flows - other.flows)
    }

    static func += (amount: inout Self, other: Self) { amount = amount + other }

    static func -= (amount: inout Self, other: Self) { amount = amount - other }

    static func += (amount: inout Self, message: ExportedMessage) { amount += Self(message) }

    static func -= (amount: inout Self, message: ExportedMessage) { amount -= Self(message) }
}
