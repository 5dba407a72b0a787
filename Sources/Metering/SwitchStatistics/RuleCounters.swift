// SPDX-License-Identifier: Apache-2.0

/// What a policy rule has let pass or refused.
public struct RuleCounters: Sendable, Hashable {
    /// Connections that a rule admitted, by their first packets; of a rule that refuses, packets refused. A first packet that is
    /// sent again counts again.
    public var sessions: UInt64
    public var packets: UInt64
    /// IP-layer octets.
    public var octets: UInt64

    public init(sessions: UInt64 = 0, packets: UInt64 = 0, octets: UInt64 = 0) {
        self.sessions = sessions
        self.packets = packets
        self.octets = octets
    }
}

extension RuleCounters: SwitchCounters {
    static let zero = RuleCounters()

    func isBelow(_ before: Self) -> Bool {
        sessions < before.sessions || packets < before.packets || octets < before.octets
    }

    static func + (a: Self, b: Self) -> Self {
        RuleCounters(sessions: a.sessions &+ b.sessions, packets: a.packets &+ b.packets, octets: a.octets &+ b.octets)
    }

    static func - (a: Self, b: Self) -> Self {
        RuleCounters(sessions: a.sessions &- b.sessions, packets: a.packets &- b.packets, octets: a.octets &- b.octets)
    }
}
