// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import IPFIX

/// Which time is asked about: intervals of flows that ended in it.
struct TimeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The span up to --to or now: 90s, 10m, 1h, 2d (default: 1h).", valueName: "span"))
    var last: String?

    @Option(
        help: ArgumentHelp(
            "From this date or time on: 2026-11-23, 2026-11-23T10:00, …Z or …+01:00; local time otherwise.", valueName: "time"),
        completion: .custom(Completions.times))
    var from: String?

    @Option(
        help: ArgumentHelp("Up to, and not including, this date or time; or now (default: now).", valueName: "time"),
        completion: .custom(Completions.times))
    var to: String?

    @Flag(help: "Read and show times in UTC.")
    var utc = false

    func validate() throws {
        if utc { LocalTime.becomeUTC() }
        _ = try range(now: Environment.now)
    }

    func range(now: Timestamp) throws -> TimeRange {
        if last != nil, from != nil { throw ValidationError("Give --last or --from, not both.") }
        let end = try to.map { try moment($0, option: "--to", now: now) } ?? now
        guard let from else { return TimeRange(from: end - (try span()), to: end) }
        let start = try moment(from, option: "--from", now: now)
        guard start < end else { throw ValidationError("--from \(from) is not before --to \(to ?? "now").") }
        return TimeRange(from: start, to: end)
    }

    private func span() throws -> Duration {
        guard let last else { return .seconds(3600) }
        guard let span = TimeExpression.duration(last) else {
            throw ValidationError("--last \(last) is not a span. Write a number and a unit, such as 90s, 10m, 1h or 2d.")
        }
        return span
    }

    private func moment(_ text: String, option: String, now: Timestamp) throws -> Timestamp {
        guard let moment = TimeExpression.moment(text, now: now) else {
            throw ValidationError(
                "\(option) \(text) is not a time. Write it as 2026-11-23, 2026-11-23T10:00, 2026-11-23T10:00:00Z, or now.")
        }
        return moment
    }
}
