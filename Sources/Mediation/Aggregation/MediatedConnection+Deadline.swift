// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// When a connection is looked at again. Changed in place, as everything that is done for each record: a call on a copy would copy the row.
extension MediatedConnection {
    /// When it is forgotten, unless a node that tells of it is away.
    @inline(__always)
    func forgetting(_ waits: Waits) -> Timestamp { lastArrival.advanced(byMilliseconds: hasEnded ? waits.inactive : waits.idle) }

    /// Sets the deadline.
    ///
    /// - Returns: whether it is sooner than the one before, or that one is over.
    mutating func plan(_ forgotten: Timestamp, _ waits: Waits, _ windows: Windows, at now: Timestamp) -> Bool {
        let before = deadline
        deadline = nextDeadline(forgotten, waits, windows, at: now)
        return deadline < before || before <= now
    }

    @inline(__always)
    private func nextDeadline(_ forgotten: Timestamp, _ waits: Waits, _ windows: Windows, at now: Timestamp) -> Timestamp {
        guard self[.hasNews] || self[.isChanged] else { return forgotten }
        if !isStored { return isComplete ? now : min(firstArrival.advanced(byMilliseconds: waits.correlation), forgotten) }
        if hasEnded { return now }
        // The other half tells of the end a poll later; one interval then holds both.
        if hasAnyEnd { return min(lastArrival.advanced(byMilliseconds: waits.correlation), endOfWindow(waits, windows, now)) }
        return min(endOfWindow(waits, windows, now), forgotten)
    }

    @inline(__always)
    private func endOfWindow(_ waits: Waits, _ windows: Windows, _ now: Timestamp) -> Timestamp {
        // A record that crosses the end of the window comes a poll later; one interval then ends with the window.
        let own = windows.end(after: min(end, now)).advanced(byMilliseconds: Int64(waits.tolerance))
        return own > now ? own : windows.end(after: now).advanced(byMilliseconds: Int64(waits.tolerance))
    }
}
