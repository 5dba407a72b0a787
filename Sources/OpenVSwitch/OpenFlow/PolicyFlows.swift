// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Which flows of a bridge count for policy rules, and how they tell the rule.
///
/// Antrea's layout:
///
///     admits   ct_label=RULE/0xffffffff (ingress) or RULE<<32/0xffffffff00000000 (egress), once with ct_state=+new, once with -new
///     refuses  reg3=RULE with reg0, and nothing that takes the packet on; or no way on at all from a table that enforces rules,
///              with RULE in the cookie's lower half
///
/// Table numbers move between Antrea's versions, so flows are known by what they match.
///
/// The layout of cookies, for other pipelines: every flow of the given tables counts for the rule whose number is the lower half of its
/// cookie. A flow with no way on refuses. One that matches ct_state=+new admits connections, any other their further packets.
public struct PolicyFlows: Sendable {
    /// Flows of other cookies are not even asked for. Antrea: 16 bits of round, 8 of category (2 is policy), 8 reserved, 32 of object.
    public var cookie: UInt64
    public var cookieMask: UInt64
    /// Only these tables are asked for; empty means all.
    public var tables: [UInt8]
    /// Which way the rules of tables apply; a table without one leaves it to the rule map.
    public var directions: [UInt8: PolicyRule.Direction]
    public var layout: Layout

    public enum Layout: String, Sendable, Hashable, CaseIterable { case antrea, cookie }

    public init(
        cookie: UInt64 = 0x0000_0200_0000_0000, cookieMask: UInt64 = 0x0000_FF00_0000_0000, tables: [UInt8] = [],
        directions: [UInt8: PolicyRule.Direction] = [40: .egress, 70: .ingress], layout: Layout = .antrea
    ) {
        self.layout = layout
        self.cookie = cookie
        self.cookieMask = cookieMask
        self.tables = tables
        self.directions = directions
    }

    /// What a flow counted for a rule; nil when it counts for none, or does not count.
    public func count(of flow: FlowStatistics) -> RuleCount? {
        guard flow.cookie & cookieMask == cookie & cookieMask, let packets = flow.packets, let octets = flow.ipOctets else { return nil }
        guard let (rule, countsSessions) = layout == .antrea ? antreaRule(of: flow) : cookieRule(of: flow) else { return nil }
        return RuleCount(
            rule: rule, flow: SwitchFlow(table: flow.table, priority: flow.priority, matchDigest: flow.matchDigest),
            counters: RuleCounters(sessions: countsSessions ? packets : 0, packets: packets, octets: octets), age: flow.duration)
    }

    private func antreaRule(of flow: FlowStatistics) -> (PolicyRuleID, countsSessions: Bool)? {
        if let (rule, isNew) = admitting(flow.match) { return (rule, isNew) }
        guard flow.endsPacket, let rule = refusing(flow) else { return nil }
        return (rule, true)
    }

    private func cookieRule(of flow: FlowStatistics) -> (PolicyRuleID, countsSessions: Bool)? {
        let number = UInt32(truncatingIfNeeded: flow.cookie)
        guard number != 0, tables.isEmpty || tables.contains(flow.table) else { return nil }
        let isNew = flow.match.conntrackStateMask?.contains(.new) == true && flow.match.conntrackState?.contains(.new) == true
        return (
            PolicyRuleID(number: number, direction: directions[flow.table], action: flow.endsPacket ? .drop : .allow),
            flow.endsPacket || isNew
        )
    }

    private func admitting(_ match: MatchFields) -> (PolicyRuleID, isNew: Bool)? {
        guard let label = match.conntrackLabel, let mask = match.conntrackLabelMask, mask.high == 0,
            match.conntrackStateMask?.contains(.new) == true
        else { return nil }
        let isNew = match.conntrackState?.contains(.new) == true
        switch mask.low {
        case 0xFFFF_FFFF where label.ingressRule != 0:
            return (PolicyRuleID(number: label.ingressRule, direction: .ingress, action: .allow), isNew)
        case 0xFFFF_FFFF_0000_0000 where label.egressRule != 0:
            return (PolicyRuleID(number: label.egressRule, direction: .egress, action: .allow), isNew)
        default: return nil
        }
    }

    private func refusing(_ flow: FlowStatistics) -> PolicyRuleID? {
        if let rule = flow.match.registers[3], rule != 0, flow.match.registers[0] != nil {
            return PolicyRuleID(number: rule, direction: directions[flow.table], action: .drop)
        }
        let object = UInt32(truncatingIfNeeded: flow.cookie)
        guard object != 0, let direction = directions[flow.table] else { return nil }
        return PolicyRuleID(number: object, direction: direction, action: .drop)
    }
}
