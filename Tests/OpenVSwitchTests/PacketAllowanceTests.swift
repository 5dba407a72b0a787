// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@testable import OpenVSwitch

@Suite struct PacketAllowanceTests {
    @Test("twice the rate may come at once, then the rate; the others are counted")
    func burst() {
        var allowance = PacketAllowance(perSecond: 10)
        let taken = (0..<50).count { _ in allowance.take(at: Timestamp(seconds: 0)) }
        #expect(taken == 20 && allowance.exceeded == 30)
        let later = (0..<50).count { _ in allowance.take(at: Timestamp(seconds: 1)) }
        #expect(later == 10)
        let muchLater = (0..<50).count { _ in allowance.take(at: Timestamp(seconds: 1000)) }
        #expect(muchLater == 20)
    }

    @Test("a clock that is set back neither blocks nor gives")
    func clockStep() {
        var allowance = PacketAllowance(perSecond: 1)
        let taken = [10, 5, 5, 6, 7].map { allowance.take(at: Timestamp(seconds: $0)) }
        #expect(taken == [true, true, false, true, true])
    }
}
