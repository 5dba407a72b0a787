// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Which pod of this node had an address, and from when to when.
///
/// Addresses are used again within seconds, so a flow is given the name of the pod that had its address at the time of the flow. What
/// is told late is true from the time of which it is told: `leeway` before the first word of a pod its address is taken for its
/// already, unless another had it then, for a pod may send before its port is named in the switch's database.
public struct AddressOwnership: Sendable {
    /// From `from` on, up to but without `to`; nil while it lasts.
    public struct Interval: Sendable, Hashable {
        public var pod: LocalPod
        public var from: Timestamp
        public var to: Timestamp?
    }

    /// How long an ended interval is kept for records that come late.
    public let memory: Duration
    public let leeway: Duration

    /// Oldest first, of each address.
    private var intervals: [IPAddress: [Interval]] = [:]
    private var present: [IPAddress: LocalPod] = [:]

    /// Earlier owners of one address beyond this many are forgotten, oldest first.
    public static let intervalsPerAddress = 16

    public init(memory: Duration = .seconds(600), leeway: Duration = .seconds(30)) {
        self.memory = memory
        self.leeway = leeway
    }

    /// Takes the pods that the node has since `time`. An address that two of them name belongs to the first.
    public mutating func update(_ pods: [LocalPod], at time: Timestamp) {
        var next: [IPAddress: LocalPod] = [:]
        for pod in pods {
            for address in pod.addresses where next[address] == nil { next[address] = pod }
        }
        for (address, pod) in present where next[address] != pod { end(address, at: time) }
        for (address, pod) in next where present[address] != pod { begin(address, pod, at: time) }
        present = next
        forget(before: time - memory)
    }

    /// The pod that had `address` at `time`.
    public func owner(of address: IPAddress, at time: Timestamp) -> LocalPod? {
        guard let known = intervals[address] else { return nil }
        if let exact = known.last(where: { $0.from <= time && $0.to.map { time < $0 } ?? true }) { return exact.pod }
        return known.first { time < $0.from && $0.from - time <= leeway }?.pod
    }

    /// The pod that has `address` now.
    public func owner(of address: IPAddress) -> LocalPod? { present[address] }

    /// All that is known of an address, oldest first.
    public func history(of address: IPAddress) -> [Interval] { intervals[address] ?? [] }

    private mutating func end(_ address: IPAddress, at time: Timestamp) {
        guard var known = intervals[address], let last = known.indices.last, known[last].to == nil else { return }
        // A clock that was set back must not make an interval end before it began.
        known[last].to = max(time, known[last].from)
        intervals[address] = known
    }

    private mutating func begin(_ address: IPAddress, _ pod: LocalPod, at time: Timestamp) {
        var known = intervals[address] ?? []
        if known.count >= Self.intervalsPerAddress { known.removeFirst() }
        known.append(Interval(pod: pod, from: time, to: nil))
        intervals[address] = known
    }

    private mutating func forget(before time: Timestamp) {
        intervals = intervals.compactMapValues { known in
            let kept = known.filter { $0.to.map { $0 >= time } ?? true }
            return kept.isEmpty ? nil : kept
        }
    }
}
