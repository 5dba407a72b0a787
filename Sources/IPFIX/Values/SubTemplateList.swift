// SPDX-License-Identifier: Apache-2.0

/// Any number of records of one template (RFC 6313 §4.5.2).
public struct SubTemplateList: Sendable, Hashable {
    public let semantic: ListSemantic
    public let templateID: UInt16
    public let records: NestedRecords

    public init(semantic: ListSemantic, templateID: UInt16, records: NestedRecords) {
        self.semantic = semantic
        self.templateID = templateID
        self.records = records
    }
}
