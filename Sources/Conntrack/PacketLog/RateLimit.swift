// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// How many of a kind are let through: `perSecond` on average, and after a pause up to that many at once.
struct RateLimit: Sendable, Hashable {
    let perSecond: Int
    /// Thousandths, so that every millisecond adds `perSecond` of them.
    private var tokens: Int64
    private var last: Timestamp?

    /// - Parameter perSecond: 1 to 1,000,000; other values count as the nearest.
    init(perSecond: Int) {
        self.perSecond = min(max(perSecond, 1), 1_000_000)
        tokens = Int64(self.perSecond) * 1000
    }

    /// Whether one more is let through. A time before the last one counts as the last one.
    mutating func admits(at now: Timestamp) -> Bool {
        let full = Int64(perSecond) * 1000
        let elapsed = min(max(0, (now - (last ?? now)).wholeMilliseconds), 1000)
        tokens = min(full, tokens + elapsed * Int64(perSecond))
        last = max(now, last ?? now)
        guard tokens >= 1000 else { return false }
        tokens -= 1000
        return true
    }
}
