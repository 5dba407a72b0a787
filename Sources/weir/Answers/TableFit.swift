// SPDX-License-Identifier: Apache-2.0

/// Which columns of a table a line has room for, and how wide each is.
///
/// Names are cut as far as they can still be told apart; then columns that matter least are left out; then names are cut to what is bearable; at
/// last columns are left out from the right.
struct TableFit {
    /// Of the columns that are shown, in their order; the first one always is.
    private(set) var places: [Int]
    /// In characters, of each place.
    private(set) var widths: [Int] = []

    /// Characters that an elastic column keeps: where there are columns to leave out, and where there are none.
    private static let comfortable = 16, bearable = 8

    /// - Parameter cells: of the title and of each row.
    init(_ columns: [TextTable.Column], _ cells: [[String]], width: Int?) {
        places = Array(columns.indices)
        let natural = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        widths = natural
        guard let width else { return }
        let numbers = columns.indices.map { column in cells.dropFirst().map { $0[column].count }.max() ?? 0 }
        func least(_ place: Int, _ floor: Int) -> Int {
            guard columns[place].isElastic else { return natural[place] }
            return min(natural[place], columns[place].alignment == .left ? floor : max(floor, numbers[place]))
        }
        func fits(_ floor: Int) -> Bool { places.reduce(-2) { $0 + 2 + least($1, floor) } <= width }

        var floor = Self.comfortable
        for rank in Set(columns.map(\.rank)).sorted(by: >) where rank > 0 && !fits(floor) {
            places.removeAll { columns[$0].rank == rank }
        }
        if !fits(floor) { floor = Self.bearable }
        while !fits(floor), places.count > 1 { places.removeLast() }
        widths = places.map { natural[$0] }
        shrink(to: width) { least($0, floor) }
    }

    /// The widest first.
    private mutating func shrink(to width: Int, least: (Int) -> Int) {
        var excess = widths.reduce(-2) { $0 + 2 + $1 } - width
        while excess > 0, let widest = places.indices.filter({ widths[$0] > least(places[$0]) }).max(by: { widths[$0] < widths[$1] }) {
            widths[widest] -= 1
            excess -= 1
        }
        // Nothing helps a line that is narrower than the first column.
        if places.count == 1 { widths[0] = max(1, min(widths[0], width)) }
    }
}
