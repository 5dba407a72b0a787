// SPDX-License-Identifier: Apache-2.0

import Glibc
public import IPFIX

/// The only place that asks the system for the time.
///
/// The wall time at the start plus the monotonic time since; see `ClockAnchor` for what happens when somebody sets the
/// wall clock.
public final class SteadyClock: Sendable {
    private let anchor: Monitor<ClockAnchor>

    public init() {
        anchor = Monitor(ClockAnchor(wall: Self.wall, monotonic: Self.monotonic))
    }

    public var now: Timestamp {
        anchor.change { $0.now(wall: Self.wall, monotonic: Self.monotonic) }
    }

    /// The time that has passed, as a time: goes on evenly when the wall clock is set. For waiting, not for telling.
    public var evenNow: Timestamp {
        anchor.change { $0.now(wall: Self.wall, monotonic: Self.monotonic) - $0.stepped }
    }

    /// How often the wall clock was stepped since the start.
    public var steps: UInt64 { anchor.read { $0.steps } }

    /// By how much the wall clock was set since the start, all steps together.
    public var stepped: Duration { anchor.read { $0.stepped } }

    private static var wall: Timestamp {
        let time = read(CLOCK_REALTIME)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Time since the machine started, sleep not included.
    static var monotonic: Duration {
        let time = read(CLOCK_MONOTONIC)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // Fails only for an unknown clock or a bad pointer; both are constant and right.
        unsafe clock_gettime(clock, &time)
        return time
    }
}
