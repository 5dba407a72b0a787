// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// The steps that a time range is cut into. They begin where a clock of the local zone shows a multiple of their length: at midnight, at six
/// and at noon. The first and the last may be shorter.
///
/// A step of an hour or less always takes as long as it says. Longer ones follow the clock: the day on which summer time begins has 23 hours.
struct StepRanges {
    let ranges: [TimeRange]
    /// How the store is asked for them.
    let asked: SeriesQuery.Steps

    /// - Parameter length: whole seconds.
    init(_ range: TimeRange, length: Duration) {
        let seconds = max(1, length.wholeMilliseconds / 1000)
        let ranges = range.cut { Self.end(of: $0, seconds) }
        let starts = ranges.dropFirst().map(\.from.seconds)
        self.ranges = ranges
        // The store has sums of UTC's hours and days, and reads equal steps at once.
        asked = starts.allSatisfy { $0 % seconds == 0 } && Self.areEqual(starts, seconds) ? .every(seconds) : .between(starts)
    }

    private static func areEqual(_ starts: [Int64], _ seconds: Int64) -> Bool {
        zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 == seconds }
    }

    /// The next moment at which a step begins.
    private static func end(of start: Timestamp, _ seconds: Int64) -> Timestamp {
        let wall = LocalTime.wallClock(at: start)
        let next = (wall.seconds / seconds + 1) * seconds
        let later = start + .seconds(next - wall.seconds) - .milliseconds(wall.milliseconds % 1000)
        guard seconds > 3600 else { return later }
        let end = LocalTime.moment(ofWallClock: Timestamp(seconds: next))
        return end > start ? end : later
    }
}

extension TimeRange {
    /// Steps that begin at whole multiples of their length since the epoch; the first and the last may be shorter.
    func steps(of length: Duration) -> [TimeRange] {
        let milliseconds = max(1000, length.wholeMilliseconds)
        return cut { Timestamp(milliseconds: ($0.milliseconds / milliseconds + 1) * milliseconds) }
    }

    /// - Parameter end: of a step that begins at a moment; later than that.
    fileprivate func cut(at end: (Timestamp) -> Timestamp) -> [TimeRange] {
        var steps: [TimeRange] = []
        var start = from
        while start < to {
            let next = min(end(start), to)
            steps.append(TimeRange(from: start, to: next))
            start = next
        }
        return steps
    }
}
