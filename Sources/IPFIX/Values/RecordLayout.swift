// SPDX-License-Identifier: Apache-2.0

/// A template whose fields were looked up in the registry once, for all its records.
public struct RecordLayout: Sendable, Hashable {
    public let template: Template
    /// The element of each of ``fields``; nil for unknown ones.
    public let elements: [InformationElement?]

    public init(template: Template, registry: InformationElementRegistry) {
        self.template = template
        elements = template.occupiedFields.map { registry[$0.element] }
    }

    /// The fields that have octets in a record, in wire order; fields of length zero have none and say nothing.
    public var fields: [FieldSpecifier] { template.occupiedFields }
}
