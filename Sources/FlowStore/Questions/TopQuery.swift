// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

/// Who or what was behind the most traffic of a range.
public struct TopQuery: Sendable {
    public var key: GroupKey
    public var order: Order
    /// How many groups to name; the others are added up. Nil for all.
    public var limit: Int?
    public var range: TimeRange
    /// Which intervals count; nil for all.
    public var filter: FlowFilter?
    /// Nothing coarser is read.
    var coarsestAllowed = Resolution.day

    /// Octets and packets count both directions; flows are intervals.
    public enum Order: String, Sendable, CaseIterable { case octets, packets, flows, connections }

    public init(_ key: GroupKey, order: Order = .octets, limit: Int? = nil, range: TimeRange, filter: FlowFilter? = nil) {
        self.key = key
        self.order = order
        self.limit = limit
        self.range = range
        self.filter = filter
    }

    public init(fields: [FlowField], order: Order = .octets, limit: Int? = nil, range: TimeRange, filter: FlowFilter? = nil) {
        self.init(GroupKey(fields), order: order, limit: limit, range: range, filter: filter)
    }
}

extension FlowStore {
    /// Whether grouping by a field makes sense: names, addresses and small numbers, but neither counters nor times.
    public static func isGroupable(_ field: FlowField) -> Bool { FlowSchema.isGroupable(field) }
}

/// The answer to a ``TopQuery``.
public struct TopResult: Sendable {
    public struct Group: Sendable {
        /// A value for each part of the query's key; of a field, as the view `flows` has it.
        public let key: [ResultValue]
        public let traffic: Traffic

        public init(key: [ResultValue], traffic: Traffic) {
            self.key = key
            self.traffic = traffic
        }
    }

    /// Largest first, unknown last; where equal, in the order of what identifies them in the store.
    public var groups: [Group] = []
    /// The groups past the limit; nil when there are none.
    public var others: Traffic?
    public var otherGroupCount = 0
    /// Of the whole range.
    public var totals = Traffic()
    /// Connections of the range that only one of their two nodes reported.
    public var halves = ObservedHalves()

    public init() {}
}

/// How many connections were reported by one of the two nodes that should have.
public struct ObservedHalves: Sendable, Hashable {
    public var sourceOnly = 0
    public var destinationOnly = 0

    public init() {}

    /// - Parameter observation: the field's value, of so many connections.
    public mutating func count(observation: Int64?, _ connections: Int = 1) {
        if observation == 2 { sourceOnly += connections }
        if observation == 3 { destinationOnly += connections }
    }
}

/// Sums over intervals. A count is nil when no interval had it: unknown is not zero.
public struct Traffic: Sendable, Hashable {
    public var octets: UInt64?
    public var reverseOctets: UInt64?
    public var packets: UInt64?
    public var reversePackets: UInt64?
    /// Different connections.
    public var connections = 0
    public var intervals = 0
    /// Intervals with none of the four counts.
    public var intervalsWithoutCounters = 0

    public init() {}

    /// Both directions; nil when neither is known.
    public var allOctets: UInt64? { Self.sum(octets, reverseOctets) }
    public var allPackets: UInt64? { Self.sum(packets, reversePackets) }

    public static func + (a: Traffic, b: Traffic) -> Traffic {
        var sum = a
        sum += b
        return sum
    }

    public static func += (a: inout Traffic, b: Traffic) {
        a.octets = Self.sum(a.octets, b.octets)
        a.reverseOctets = Self.sum(a.reverseOctets, b.reverseOctets)
        a.packets = Self.sum(a.packets, b.packets)
        a.reversePackets = Self.sum(a.reversePackets, b.reversePackets)
        a.connections += b.connections
        a.intervals += b.intervals
        a.intervalsWithoutCounters += b.intervalsWithoutCounters
    }

    /// The same, seen from the other end.
    public var reversed: Traffic {
        var reversed = self
        (reversed.octets, reversed.reverseOctets) = (reverseOctets, octets)
        (reversed.packets, reversed.reversePackets) = (reversePackets, packets)
        return reversed
    }

    /// What an order compares.
    public func measure(_ order: TopQuery.Order) -> UInt64? {
        switch order {
        case .octets: allOctets
        case .packets: allPackets
        case .flows: UInt64(intervals)
        case .connections: UInt64(connections)
        }
    }

    /// Saturates: a hostile count must not hide everybody else's.
    private static func sum(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
        guard let a else { return b }
        let (sum, overflow) = a.addingReportingOverflow(b ?? 0)
        return overflow ? .max : sum
    }
}
