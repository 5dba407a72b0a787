// SPDX-License-Identifier: Apache-2.0

/// Any number of values of one Information Element (RFC 6313 §4.5.1).
public struct BasicList: Sendable, Hashable {
    public let semantic: ListSemantic
    /// The element of every value, and its length.
    public let field: FieldSpecifier
    /// Nil where the element is not known; then the values are octets.
    public let element: InformationElement?
    /// In wire order; may be empty.
    public let values: [Value]

    public init(semantic: ListSemantic, field: FieldSpecifier, element: InformationElement?, values: [Value]) {
        self.semantic = semantic
        self.field = field
        self.element = element
        self.values = values
    }
}
