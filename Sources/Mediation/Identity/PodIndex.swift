// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Which pod held an address at a time, from intervals of ownership rather than "the last one seen".
///
/// The cluster's own objects say from when to when. An exporter's record says only that its pod held the address while the
/// flow lasted; such an interval reaches back as far as no other owner is known. At `capacity` a new address is refused and counted.
public struct PodIndex: Sendable {
    public struct Owner: Sendable, Hashable {
        public var name: NameID
        public var namespace: NameID
        public var node: NameID?
        /// JSON object text.
        public var labels: NameID?

        public init(name: NameID, namespace: NameID, node: NameID?, labels: NameID? = nil) {
            self.name = name
            self.namespace = namespace
            self.node = node
            self.labels = labels
        }
    }

    private struct Interval: Sendable {
        var owner: Owner
        var from: Timestamp
        var to: Timestamp?
    }

    /// Owners kept of one address; beyond that the oldest is forgotten.
    public static let historyLength = 8

    /// Addresses kept.
    public let capacity: Int
    /// How many times an address was refused because there was no room.
    public private(set) var refused: UInt64 = 0
    private var intervals: [IPAddress: [Interval]] = [:]

    public init(capacity: Int = 1 << 18) {
        self.capacity = capacity
    }

    public var addressCount: Int { intervals.count }

    /// The owner of an address at a time; nil when none is known.
    public func owner(of address: IPAddress, at time: Timestamp) -> Owner? {
        guard let history = intervals[address] else { return nil }
        if let current = history.last(where: { $0.from <= time && time < ($0.to ?? Timestamp(milliseconds: .max)) }) {
            return current.owner
        }
        // Before the first interval the first owner is the best there is: its beginning is when it was first heard of.
        guard let first = history.first, time < first.from else { return nil }
        return first.owner
    }

    /// Notes that an address belongs to a pod from a time on, until another pod or ``release(_:at:)`` ends it.
    public mutating func assign(_ address: IPAddress, to owner: Owner, from: Timestamp) {
        guard intervals[address] != nil || intervals.count < capacity else {
            refused += 1
            return
        }
        var history = intervals[address] ?? []
        if let last = history.indices.last, history[last].to == nil {
            if history[last].owner.isSamePod(as: owner) {
                history[last].owner.complete(with: owner)
                intervals[address] = history
                return
            }
            // A late record of the former owner does not take the address back.
            guard from > history[last].from else { return }
            history[last].to = from
        }
        history.append(Interval(owner: owner, from: from, to: nil))
        if history.count > Self.historyLength { history.removeFirst() }
        intervals[address] = history
    }

    public mutating func release(_ address: IPAddress, at time: Timestamp) {
        guard let last = intervals[address]?.indices.last, intervals[address]?[last].to == nil else { return }
        intervals[address]?[last].to = time
    }
}

extension PodIndex.Owner {
    fileprivate func isSamePod(as other: Self) -> Bool { name == other.name && namespace == other.namespace }

    fileprivate mutating func complete(with other: Self) {
        node = other.node ?? node
        labels = other.labels ?? labels
    }
}
