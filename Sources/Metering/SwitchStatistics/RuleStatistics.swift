// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What one policy rule let pass or refused on one node, up to one moment.
public struct RuleStatistics: Sendable, Hashable {
    public var node: String
    public var rule: PolicyRuleID
    /// When it was read.
    public var time: Timestamp
    /// When `growth` began: the reading before. The same as `time` at the first.
    public var intervalStart: Timestamp
    public var growth: RuleCounters
    /// Since the rule's flows were installed when this program first saw them, carried on over flows that were installed again.
    public var total: RuleCounters

    public init(
        node: String, rule: PolicyRuleID, time: Timestamp, intervalStart: Timestamp, growth: RuleCounters, total: RuleCounters
    ) {
        self.node = node
        self.rule = rule
        self.time = time
        self.intervalStart = intervalStart
        self.growth = growth
        self.total = total
    }
}
