// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel

/// Which flows are meant.
struct FilterOption: ParsableArguments {
    @Option(
        name: .customLong("where"), help: ArgumentHelp("Only flows for which this holds; see docs/filters.md.", valueName: "filter"),
        completion: .custom(Completions.filter))
    var condition: String?

    func validate() throws {
        _ = try filter()
    }

    /// Nil for all flows.
    func filter() throws -> FlowFilter? {
        guard let condition else { return nil }
        do {
            return try FlowFilter(parsing: condition, localTime: LocalTime.moment(ofWallClock:))
        } catch {
            throw ValidationError(FilterMistake(error: error).message)
        }
    }
}
