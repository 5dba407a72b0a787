// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import Metering

@Suite struct PolicyRulesTests {
    private func rule(_ name: UInt32) -> PolicyRules.Named {
        PolicyRules.Named(
            policy: NameID(rawValue: name), namespace: nil, type: .antreaNetworkPolicy, name: NameID(rawValue: name), direction: .ingress)
    }

    @Test("an id means what it meant at the time: before, in turn, and after its last meaning")
    func turns() {
        var rules = PolicyRules()
        rules.replace(by: [7: rule(1)], at: .at(10))
        rules.replace(by: [7: rule(2)], at: .at(20))
        rules.replace(by: [:], at: .at(30))
        #expect([0, 10, 19.9, 20, 29, 30, 100].map { rules.rule(7, at: .at($0))?.policy.rawValue } == [1, 1, 1, 2, 2, 2, 2])
        #expect(rules.rule(8, at: .at(10)) == nil)
    }

    @Test("between two meanings an id has none")
    func gap() {
        var rules = PolicyRules()
        rules.replace(by: [7: rule(1)], at: .at(10))
        rules.replace(by: [:], at: .at(20))
        #expect(rules.rule(7, at: .at(25)) == rule(1))
        rules.replace(by: [7: rule(2)], at: .at(30))
        #expect(rules.rule(7, at: .at(25)) == nil)
        #expect(rules.rule(7, at: .at(15)) == rule(1) && rules.rule(7, at: .at(35)) == rule(2))
    }

    @Test("the same rule read again is no new meaning")
    func again() {
        var rules = PolicyRules()
        for second in 0..<100 { rules.replace(by: [7: rule(1)], at: .at(Double(second))) }
        rules.replace(by: [7: rule(2)], at: .at(100))
        #expect(rules.rule(7, at: .at(50)) == rule(1))
    }

    @Test("ids are bounded; one that is gone makes room")
    func capacity() {
        var rules = PolicyRules(capacity: 2)
        for id in 1...10 as ClosedRange<UInt32> { rules.replace(by: [id: rule(id)], at: .at(Double(id))) }
        #expect(rules.rule(10, at: .at(10)) == rule(10) && rules.rule(1, at: .at(1)) == nil)
    }
}
