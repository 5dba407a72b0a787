// SPDX-License-Identifier: Apache-2.0

import IPFIXTransport
import Testing

struct BackoffTests {
    @Test("pauses double up to the longest, and begin anew after a success")
    func doubles() {
        var backoff = Backoff()
        let longestEach = (0..<8).map { _ in backoff.next(random: 1) }
        #expect(longestEach == [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000].map { Duration.milliseconds($0) })
        backoff.reset()
        #expect(backoff.next(random: 0) == .milliseconds(250))
        #expect(backoff.next(random: 0) == .milliseconds(500))
    }

    @Test("no pause is outside of the bounds, whatever the randomness")
    func bounded() {
        for random in [0, 0.25, 0.5, 0.999, -7, 7] {
            var backoff = Backoff(shortest: .milliseconds(100), longest: .milliseconds(100))
            for _ in 0..<100 { #expect(backoff.next(random: random) == .milliseconds(100)) }
            backoff = Backoff()
            for _ in 0..<100 { #expect((.milliseconds(250)...(.seconds(15))).contains(backoff.next(random: random))) }
        }
    }
}
