// SPDX-License-Identifier: Apache-2.0

import OpenVSwitch
import Testing

@Suite struct DumpBudgetTests {
    @Test("before the first dump nothing is due to wait, after it so long that dumping keeps its share")
    func share() {
        var budget = DumpBudget(share: 0.02)
        #expect(budget.leastInterval() == .zero)
        budget.note(stall: .milliseconds(400), connections: 100_000)
        #expect(budget.leastInterval() == .seconds(20))
        #expect(budget.leastInterval(connections: 500_000) == .seconds(100), "a table that grew costs more")
        #expect(budget.leastInterval(connections: 10) == .seconds(20), "one that shrank may have grown again")
        #expect(DumpBudget(share: 1).leastInterval(connections: 5) == .zero)
    }

    @Test("stalls are added, and the longest is remembered")
    func sums() {
        var budget = DumpBudget()
        for milliseconds in [5, 40, 1, -3] as [Int64] { budget.note(stall: .milliseconds(milliseconds), connections: 1) }
        #expect(budget.stall == .milliseconds(46) && budget.longestStall == .milliseconds(40))
        #expect(budget.lastStall == .zero && budget.dumps == 4)
    }
}
