// SPDX-License-Identifier: Apache-2.0

/// What a port of the switch has counted, as the switch sees it: what it received from a pod is what the pod sent.
///
/// Nil is what the port does not count.
public struct PortCounters: Sendable, Hashable {
    public var receivedPackets: UInt64?
    public var sentPackets: UInt64?
    /// Of frames, as the port's driver counts them.
    public var receivedOctets: UInt64?
    public var sentOctets: UInt64?
    public var receivedDropped: UInt64?
    public var sentDropped: UInt64?
    public var receivedErrors: UInt64?
    public var sentErrors: UInt64?

    public init(
        receivedPackets: UInt64? = nil, sentPackets: UInt64? = nil, receivedOctets: UInt64? = nil, sentOctets: UInt64? = nil,
        receivedDropped: UInt64? = nil, sentDropped: UInt64? = nil, receivedErrors: UInt64? = nil, sentErrors: UInt64? = nil
    ) {
        self.receivedPackets = receivedPackets
        self.sentPackets = sentPackets
        self.receivedOctets = receivedOctets
        self.sentOctets = sentOctets
        self.receivedDropped = receivedDropped
        self.sentDropped = sentDropped
        self.receivedErrors = receivedErrors
        self.sentErrors = sentErrors
    }
}

extension PortCounters: SwitchCounters {
    static let zero = PortCounters(
        receivedPackets: 0, sentPackets: 0, receivedOctets: 0, sentOctets: 0, receivedDropped: 0, sentDropped: 0, receivedErrors: 0,
        sentErrors: 0)

    func isBelow(_ before: Self) -> Bool {
        zip(values, before.values).contains { now, before in
            guard let now, let before else { return false }
            return now < before
        }
    }

    static func + (a: Self, b: Self) -> Self { combine(a, b) { $0 &+ $1 } }
    static func - (a: Self, b: Self) -> Self { combine(a, b) { $0 &- $1 } }

    /// Zero where something is counted, nil where nothing is.
    var zeroed: Self { Self.combine(self, self) { _, _ in 0 } }

    /// Whether anything was counted.
    var hasCounted: Bool { values.contains { $0 ?? 0 != 0 } }

    private var values: [UInt64?] {
        [receivedPackets, sentPackets, receivedOctets, sentOctets, receivedDropped, sentDropped, receivedErrors, sentErrors]
    }

    /// What one of the two does not know is not known of both.
    private static func combine(_ a: Self, _ b: Self, _ operation: (UInt64, UInt64) -> UInt64) -> Self {
        func both(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
            guard let a, let b else { return nil }
            return operation(a, b)
        }
        return PortCounters(
            receivedPackets: both(a.receivedPackets, b.receivedPackets), sentPackets: both(a.sentPackets, b.sentPackets),
            receivedOctets: both(a.receivedOctets, b.receivedOctets), sentOctets: both(a.sentOctets, b.sentOctets),
            receivedDropped: both(a.receivedDropped, b.receivedDropped), sentDropped: both(a.sentDropped, b.sentDropped),
            receivedErrors: both(a.receivedErrors, b.receivedErrors), sentErrors: both(a.sentErrors, b.sentErrors))
    }
}
