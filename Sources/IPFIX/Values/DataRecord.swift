// SPDX-License-Identifier: Apache-2.0

/// One Data Record, with the values of its template's fields in wire order; a repeated element has as many values.
public struct DataRecord: Sendable, Hashable {
    public let layout: RecordLayout
    /// As many as the layout has fields, in their order.
    public let values: [Value]

    /// - Precondition: as many values as the layout has fields.
    public init(layout: RecordLayout, values: [Value]) {
        precondition(values.count == layout.fields.count, "a record has a value for each field")
        self.layout = layout
        self.values = values
    }

    /// What a field says: its element and length on the wire, the element if it is known, and the value.
    public typealias Field = (specifier: FieldSpecifier, element: InformationElement?, value: Value)

    /// In wire order, repeated elements kept.
    public var fields: [Field] {
        layout.fields.indices.map { (layout.fields[$0], layout.elements[$0], values[$0]) }
    }

    /// The first value of an element; nil if the record has none.
    public subscript(id: InformationElement.ID) -> Value? {
        layout.fields.firstIndex { $0.element == id }.map { values[$0] }
    }

    public subscript(element: InformationElement) -> Value? { self[element.id] }
}
