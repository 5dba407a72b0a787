// SPDX-License-Identifier: Apache-2.0

/// What one flow of the switch counted for a policy rule. A rule has several: of new and of known connections, of IPv4 and IPv6.
public struct RuleCount: Sendable, Hashable {
    public var rule: PolicyRuleID
    public var flow: SwitchFlow
    public var counters: RuleCounters
    /// How long the flow has existed; nil where the switch does not tell.
    public var age: Duration?

    public init(rule: PolicyRuleID, flow: SwitchFlow, counters: RuleCounters, age: Duration?) {
        self.rule = rule
        self.flow = flow
        self.counters = counters
        self.age = age
    }
}

/// A policy rule as flows of the switch tell it.
public struct PolicyRuleID: Sendable, Hashable {
    public var number: UInt32
    /// Nil where the flow tells nothing of it; the rule map then decides.
    public var direction: PolicyRule.Direction?
    /// `.drop` for every rule that refuses: its flow does not tell whether the sender hears of it.
    public var action: RuleAction

    public init(number: UInt32, direction: PolicyRule.Direction?, action: RuleAction) {
        self.number = number
        self.direction = direction
        self.action = action
    }
}

/// Which flow of a switch: its table, priority and match are what makes it (OpenFlow 1.5.1 §5.2).
public struct SwitchFlow: Sendable, Hashable {
    public var table: UInt8
    public var priority: UInt16
    /// Of the match as the switch wrote it.
    public var matchDigest: UInt64

    public init(table: UInt8, priority: UInt16, matchDigest: UInt64) {
        self.table = table
        self.priority = priority
        self.matchDigest = matchDigest
    }
}
