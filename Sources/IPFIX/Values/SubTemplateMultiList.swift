// SPDX-License-Identifier: Apache-2.0

/// Records of several templates (RFC 6313 §4.5.3).
public struct SubTemplateMultiList: Sendable, Hashable {
    public let semantic: ListSemantic
    /// In wire order; may be empty, and may have a template more than once.
    public let entries: [Entry]

    public init(semantic: ListSemantic, entries: [Entry]) {
        self.semantic = semantic
        self.entries = entries
    }

    /// The records that follow one another with the same template.
    public struct Entry: Sendable, Hashable {
        public let templateID: UInt16
        public let records: NestedRecords

        public init(templateID: UInt16, records: NestedRecords) {
            self.templateID = templateID
            self.records = records
        }
    }
}
