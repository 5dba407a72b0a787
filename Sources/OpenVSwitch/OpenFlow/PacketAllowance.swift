// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// How many packets may be taken up: so many a second, and twice as many at once after a quiet time. The others are counted.
struct PacketAllowance {
    private let perSecond: Double
    private var left: Double
    private var last: Timestamp?
    private(set) var exceeded: UInt64 = 0

    init(perSecond: Int) {
        self.perSecond = Double(max(1, perSecond))
        left = 2 * self.perSecond
    }

    /// Whether one more may be taken up. A clock that is set back gives nothing and takes nothing.
    mutating func take(at now: Timestamp) -> Bool {
        if let last {
            let elapsed = max(.zero, now - last) / .seconds(1)
            left = min(2 * perSecond, left + elapsed * perSecond)
        }
        last = now
        guard left >= 1 else {
            exceeded += 1
            return false
        }
        left -= 1
        return true
    }
}
