// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What rule ids stood for, and when: ids are given again, and a record may tell of a rule that is no more.
struct PolicyRules: Sendable {
    /// A rule with the ids of its names.
    struct Named: Sendable, Hashable {
        let policy: NameID
        let namespace: NameID?
        let type: PolicyRule.PolicyType
        let name: NameID
        let direction: PolicyRule.Direction
    }

    private struct Interval: Sendable {
        let rule: Named
        let from: Timestamp
        /// Nil while it stands.
        var until: Timestamp?
    }

    /// Meanings kept of an id; older ones are forgotten.
    static let historyLength = 4

    private var intervals: [UInt32: [Interval]] = [:]
    private let capacity: Int

    /// - Parameter capacity: ids; at capacity a new one is unknown until others have been forgotten.
    init(capacity: Int = 65_536) {
        self.capacity = capacity
    }

    /// Replaces what ids stand for from a time on.
    mutating func replace(by rules: [UInt32: Named], at now: Timestamp) {
        for (id, rule) in rules { begin(id, rule, at: now) }
        for (id, history) in intervals where rules[id] == nil {
            guard let last = history.last, last.until == nil else { continue }
            intervals[id]?[history.count - 1].until = now
        }
    }

    private mutating func begin(_ id: UInt32, _ rule: Named, at now: Timestamp) {
        guard var history = intervals[id] else {
            if intervals.count >= capacity { forgetOldest() }
            intervals[id] = [Interval(rule: rule, from: now)]
            return
        }
        if let last = history.last, last.until == nil {
            guard last.rule != rule else { return }
            history[history.count - 1].until = now
        }
        history.append(Interval(rule: rule, from: now))
        intervals[id] = Array(history.suffix(Self.historyLength))
    }

    private mutating func forgetOldest() {
        let gone = intervals.compactMap { id, history in history.last?.until.map { (id, $0) } }
        if let oldest = gone.min(by: { $0.1 < $1.1 }) { intervals[oldest.0] = nil }
    }

    /// What an id stood for at a time.
    ///
    /// Before its first meaning it has that one, for rules are installed before they are written down; after its last it keeps that,
    /// for records come late. Between two it has none: unknown is better than wrong.
    func rule(_ id: UInt32, at time: Timestamp) -> Named? {
        guard let history = intervals[id] else { return nil }
        guard let position = history.lastIndex(where: { $0.from <= time }) else { return history.first?.rule }
        let found = history[position]
        if let until = found.until, until <= time, position + 1 < history.count { return nil }
        return found.rule
    }
}
