// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import IPFIX
import Testing

/// Every example of docs/filters.md is a filter that a store answers.
@Suite struct FilterDocumentTests {
    static let examples: [String] = {
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/docs/filters.md"
        let page = contents(of: path) ?? ""
        return page.split(separator: "```filter\n").dropFirst().flatMap { block in
            block.prefix(while: { $0 != "`" }).split(separator: "\n").map(String.init)
        }
    }()

    @Test("the page has examples of every section")
    func enough() { #expect(Self.examples.count > 20) }

    @Test("the example is answered", arguments: examples)
    func example(text: String) throws {
        let store = try ExampleStore()
        let reader = try FlowStore.openForReading(path: store.path)
        let range = TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 4_000_000_000))
        let filter = try FlowFilter(parsing: text)
        let count = try reader.flows([], in: range, filter: filter, limit: nil).rows.count
        let opposite = try reader.flows([], in: range, filter: .not(filter), limit: nil).rows.count
        #expect(count + opposite == 8, "\(filter)")
    }
}
