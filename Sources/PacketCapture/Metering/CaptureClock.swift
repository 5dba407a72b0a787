// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The time that frames tell, made one that does not go back: it goes on from where it was when the capture's clock was set back.
struct CaptureClock {
    /// Frames that come a little out of order, as those of several queues of a card do, are no step of the clock.
    private static let tolerance: Int64 = 10_000

    private(set) var milliseconds: Int64 = 0
    private var last: Int64?
    private var offset: Int64 = 0

    /// Milliseconds, never less than before.
    mutating func advance(to time: Timestamp) -> Int64 {
        // Far from both ends of the type, so that nothing here or behind it overflows.
        let time = min(max(time.milliseconds, -1 << 60), 1 << 60)
        if let last, time < last - Self.tolerance { offset += last - time }
        if last.map({ time > $0 || time < $0 - Self.tolerance }) ?? true { last = time }
        milliseconds = max(last == time ? time + offset : milliseconds, milliseconds)
        offset = min(offset, 1 << 60)
        return milliseconds
    }
}
