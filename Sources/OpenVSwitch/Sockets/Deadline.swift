// SPDX-License-Identifier: Apache-2.0

/// The moment an exchange is given up, on a clock that does not jump.
struct Deadline {
    let instant: ContinuousClock.Instant

    static func after(_ duration: Duration) -> Deadline {
        Deadline(instant: ContinuousClock.now + duration)
    }

    /// For poll(2): whole milliseconds still left, rounded up, 0 when past, at most an hour.
    var remainingMilliseconds: Int32 {
        let left = ContinuousClock.now.duration(to: instant)
        guard left > .zero else { return 0 }
        guard left < .seconds(3600) else { return 3_600_000 }
        return Int32(left / .milliseconds(1)) + 1
    }
}
