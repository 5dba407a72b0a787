// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Makes statistics of policy rules out of readings of the flows that count for them.
public struct RuleMeter: Sendable {
    fileprivate struct Account {
        var total: RuleCounters
        var growth = RuleCounters.zero
        var isNew = true
        var lastSeen: Timestamp
    }

    public let nodeName: String
    /// The total of a rule without flows is kept this long, for it may be installed again.
    public let forgetAfter: Duration

    private var flows: CounterGrowth<SwitchFlow, RuleCounters>
    private var accounts: [PolicyRuleID: Account] = [:]

    /// - Parameter capacity: flows, and rules, beyond this many are counted in `refused` and passed over.
    public init(nodeName: String, capacity: Int = 200_000, forgetAfter: Duration = .seconds(3600)) {
        self.nodeName = nodeName
        self.forgetAfter = forgetAfter
        flows = CounterGrowth(capacity: capacity)
    }

    /// Flows that were found installed again, their counters at zero.
    public var resets: UInt64 { flows.resets }
    /// Readings there was no room for.
    public private(set) var refused: UInt64 = 0

    /// Takes all flows of all rules as read at one moment.
    ///
    /// - Returns: the rules that have counted something since the last reading, and those read for the first time; sorted by number.
    public mutating func observe(_ counts: [RuleCount], at now: Timestamp) -> [RuleStatistics] {
        let intervalStart = flows.lastReading ?? now
        var rules: [SwitchFlow: PolicyRuleID] = [:]
        var readings: [CounterGrowth<SwitchFlow, RuleCounters>.Reading] = []
        readings.reserveCapacity(counts.count)
        for count in counts {
            rules[count.flow] = rules[count.flow] ?? count.rule
            readings.append(.init(key: count.flow, counters: count.counters, age: count.age))
        }
        var (accounts, withoutRoom) = (accounts, UInt64(0))
        let (capacity, isFirst) = (flows.capacity, flows.lastReading == nil)
        let refusedBefore = flows.refused
        flows.observe(readings, at: now) { flow, growth, current in
            guard let rule = rules[flow] else { return }
            guard accounts[rule] != nil || accounts.count < capacity else {
                withoutRoom += 1
                return
            }
            accounts[rule, default: Account(total: .zero, lastSeen: now)].add(growth, total: isFirst ? current : growth, at: now)
        }
        refused += withoutRoom + flows.refused - refusedBefore
        self.accounts = accounts
        return report(from: intervalStart, at: now)
    }

    private mutating func report(from intervalStart: Timestamp, at now: Timestamp) -> [RuleStatistics] {
        var statistics: [RuleStatistics] = []
        for (rule, account) in accounts {
            if account.isNew || account.growth != .zero {
                statistics.append(
                    RuleStatistics(
                        node: nodeName, rule: rule, time: now, intervalStart: intervalStart, growth: account.growth, total: account.total))
            }
            if now - account.lastSeen >= forgetAfter {
                accounts[rule] = nil
            } else {
                accounts[rule]?.finishInterval()
            }
        }
        return statistics.sorted { ($0.rule.number, $0.rule.order) < ($1.rule.number, $1.rule.order) }
    }
}

extension RuleMeter.Account {
    fileprivate mutating func add(_ growth: RuleCounters, total: RuleCounters, at now: Timestamp) {
        self.growth = self.growth + growth
        self.total = self.total + total
        lastSeen = now
    }

    fileprivate mutating func finishInterval() {
        growth = .zero
        isNew = false
    }
}

extension PolicyRuleID {
    /// Among rules of the same number.
    fileprivate var order: String { "\(direction?.rawValue ?? "") \(action.rawValue)" }
}
