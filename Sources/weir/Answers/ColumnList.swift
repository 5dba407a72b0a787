// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Reads a list of columns as users write it: `pod,destinationPodName`.
struct ColumnList {
    let shorthands: [(name: String, columns: [FlowColumn])]
    let isAllowed: (FlowField) -> Bool

    /// What is wrong with a name, for the user.
    struct Unknown: Error {
        let message: String
    }

    func columns(named text: String) throws(Unknown) -> [FlowColumn] {
        var columns: [FlowColumn] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            columns += try self.columns(ofName: String(part.filter { $0 != " " }))
        }
        return columns
    }

    private func columns(ofName name: String) throws(Unknown) -> [FlowColumn] {
        if let shorthand = shorthands.first(where: { $0.name == name }) { return shorthand.columns }
        if let field = FlowSchema.field(named: name) {
            guard isAllowed(field) else { throw Unknown(message: "'\(name)' counts or tells time, and flows cannot be grouped by it.") }
            return [FlowColumn(field)]
        }
        let known = shorthands.map(\.name) + FlowSchema.fields.filter { isAllowed($0.field) }.map(\.name)
        let suggestion = Spelling.nearest(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
        throw Unknown(message: "There is no field '\(TerminalText.safe(name))'.\(suggestion) docs/sql.md lists all fields.")
    }
}
