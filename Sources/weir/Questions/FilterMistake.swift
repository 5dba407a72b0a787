// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Shows where a filter is wrong:
///
/// ```
/// --where: there is no field or word 'sourcePodNam'; did you mean 'sourcePodName'?
///   tcp and sourcePodNam = web
///           ^^^^^^^^^^^^
/// ```
struct FilterMistake {
    let error: FilterError
    /// Scalars of the filter that are shown around the place.
    private static let shownWidth = 70

    init(error: FilterError) { self.error = error }

    var message: String {
        let suggestion = Spelling.nearest(to: error.found, among: error.known).map { "; did you mean '\($0)'?" } ?? ""
        let (line, column) = excerpt
        let length = max(1, min(error.place.count, Self.shownWidth - min(column, Self.shownWidth - 1)))
        return "--where: \(TerminalText.safe(error.problem))\(suggestion)\n  \(line)\n  "
            + String(repeating: " ", count: column) + String(repeating: "^", count: length)
    }

    /// A part of the filter that fits on a line, every scalar one column wide, and where the place begins in it.
    private var excerpt: (line: String, column: Int) {
        let scalars = Array(error.filter.unicodeScalars)
        let place = min(error.place.lowerBound, scalars.count)
        let first = max(0, min(place - Self.shownWidth / 2, scalars.count - Self.shownWidth))
        let shown = scalars[first...].prefix(Self.shownWidth)
        var line = ""
        for scalar in shown {
            line.unicodeScalars.append(TerminalText.isHarmful(scalar) || scalar.properties.isWhitespace ? " " : scalar)
        }
        return (line, place - first)
    }
}
