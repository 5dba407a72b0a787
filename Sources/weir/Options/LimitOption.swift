// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// How many rows are shown.
struct LimitOption: ParsableArguments {
    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "Rows to show; 0 for all (default: 10 for top, 20 for flows, map and reconcile, 5 for series, 10000 for sql, else all).",
            valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit \(limit) is negative. Write 0 for all rows.") }
    }

    /// Nil for all.
    func rows(or standard: Int) -> Int? {
        let limit = limit ?? standard
        return limit == 0 ? nil : limit
    }
}
