// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Testing

struct ClockAnchorTests {
    let start = Timestamp(seconds: 1_800_000_000)

    @Test("time runs by the monotonic clock, whatever small corrections the wall clock receives")
    func runsEvenly() {
        var anchor = ClockAnchor(wall: start, monotonic: .seconds(50))
        #expect(anchor.now(wall: start + .milliseconds(1099), monotonic: .seconds(51)) == start + .seconds(1))
        #expect(anchor.now(wall: start + .milliseconds(1901), monotonic: .seconds(52)) == start + .seconds(2))
        #expect(anchor.steps == 0)
    }

    @Test("a stepped wall clock is believed at once and counted", arguments: [-3600, 3600])
    func follows(step: Int) {
        var anchor = ClockAnchor(wall: start, monotonic: .zero)
        let stepped = start + .seconds(step + 1)
        #expect(anchor.now(wall: stepped, monotonic: .seconds(1)) == stepped)
        #expect(anchor.now(wall: stepped + .seconds(1), monotonic: .seconds(2)) == stepped + .seconds(1))
        #expect(anchor.steps == 1 && anchor.stepped == .seconds(step))
    }

    @Test("the system's clock does not run backwards between two looks")
    func system() {
        let clock = SteadyClock()
        let first = clock.now
        #expect(clock.now >= first)
        #expect(first > Timestamp(year: 2024, month: 1, day: 1) ?? first)
    }
}
