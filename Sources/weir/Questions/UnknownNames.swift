// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Names and addresses that a filter asks for and no flow of the store ever had: most often they are misspelt. They are looked for when an
/// answer is empty, since that costs a look at all conversations.
struct UnknownNames {
    let source: any QuerySource

    /// Names that are near are looked for among so many.
    private static let mostCandidates = 20_000

    /// A sentence for each.
    func remarks(on filter: FlowFilter?) throws -> [String] {
        var remarks: [String] = []
        for (text, fields) in Self.asked(filter) where try source.values(of: fields, beginning: text, limit: 1) != [text] {
            // Addresses are not misspelt, but others.
            let isName = fields.contains { FlowSchema.definition(of: $0).kind == .name }
            let known = isName ? try source.values(of: fields, beginning: "", limit: Self.mostCandidates) : []
            let guess = Spelling.nearest(to: text, among: known).map { "; did you mean '\(TerminalText.safe($0))'?" } ?? ""
            let names = fields.map(FlowSchema.name(of:)).joined(separator: " or ")
            remarks.append("no flow in the store has the \(names) '\(TerminalText.safe(text))'\(guess)")
        }
        return remarks
    }

    /// Each text once, in the order of the filter, with the fields that are compared with it.
    private static func asked(_ filter: FlowFilter?) -> [(text: String, fields: [FlowField])] {
        var asked: [(text: String, fields: [FlowField])] = []
        for test in filter?.tests ?? [] {
            guard case .field(let field) = test.operand, FlowStore.isListed(field), case .oneOf(let values) = test.comparison else {
                continue
            }
            for text in values.compactMap(\.name) {
                if let place = asked.firstIndex(where: { $0.text == text }) {
                    if !asked[place].fields.contains(field) { asked[place].fields.append(field) }
                } else {
                    asked.append((text, [field]))
                }
            }
        }
        return asked
    }
}

extension FilterValue {
    /// As the store lists it; nil for numbers and whole networks.
    fileprivate var name: String? {
        switch self {
        case .text(let text): text
        case .prefix(let prefix): prefix.length == (prefix.address.family == .v4 ? 32 : 128) ? prefix.address.description : nil
        case .number, .range, .time, .uuid: nil
        }
    }
}
