// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Windows of time, aligned to the clock. A window's last moment is the millisecond before the next one's first.
struct Windows: Sendable {
    private let length: Int64

    init(_ length: Duration) {
        self.length = max(1, length.wholeMilliseconds)
    }

    /// The first moment of the window after the one that a time is in.
    func end(after time: Timestamp) -> Timestamp { start(of: time).advanced(byMilliseconds: length) }

    /// The last moments of windows that are over before `end` but not at `begin`, at most the last two: what was before them is theirs too,
    /// so that a record after a long silence makes no more than three intervals.
    func ends(after begin: Timestamp, before end: Timestamp) -> [Timestamp] {
        let last = start(of: end).advanced(byMilliseconds: -1)
        guard last > begin else { return [] }
        let earlier = last.advanced(byMilliseconds: -length)
        return earlier > begin ? [earlier, last] : [last]
    }

    /// The window that a time is in.
    func window(of time: Timestamp) -> Range<Timestamp> { start(of: time)..<max(start(of: time), end(after: time)) }

    private func start(of time: Timestamp) -> Timestamp {
        let remainder = time.milliseconds % length
        return time.advanced(byMilliseconds: -(remainder < 0 ? remainder + length : remainder))
    }
}
