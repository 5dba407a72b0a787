// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A template compiled for flow records: what to do with each value, in wire order.
///
/// Elements that no field stands for are stepped over. Nothing is looked up by name or number while records are read.
public struct FlowPlan: Sendable {
    private let operations: [Operation]
    private let minimumRecordLength: Int
    /// Whether a record can name both ends; without, it is no flow (an options record, say).
    public let hasAddresses: Bool

    private struct Operation: Sendable {
        let action: Action
        let field: FlowField
        let isZeroUnknown: Bool
        let specifier: FieldSpecifier
    }

    private enum Action: Sendable { case skip, unsigned, name, v4, v6, uuid }

    public init(_ template: Template) {
        operations = template.occupiedFields.map(Self.operation)
        minimumRecordLength = template.minimumRecordLength
        let fields = Set(operations.filter { $0.action != .skip }.map(\.field))
        hasAddresses = !template.isOptionsTemplate && fields.isSuperset(of: [.sourceIPAddress, .destinationIPAddress])
    }

    private static func operation(for specifier: FieldSpecifier) -> Operation {
        guard let (definition, element) = ElementIndex.shared[specifier.element], let action = action(definition, element, specifier) else {
            return Operation(action: .skip, field: .observation, isZeroUnknown: false, specifier: specifier)
        }
        return Operation(action: action, field: definition.field, isZeroUnknown: definition.isZeroUnknown, specifier: specifier)
    }

    /// Nil where the length does not suit the element's type: the value is then stepped over.
    private static func action(
        _ definition: FlowFieldDefinition, _ element: InformationElement, _ specifier: FieldSpecifier
    ) -> Action? {
        switch (definition.kind, element.type) {
        case (.name, _): .name
        case (.address, .ipv4Address): specifier.length == 4 ? .v4 : nil
        case (.address, _): specifier.length == 16 ? .v6 : nil
        case (.uuid, _): specifier.length == 16 ? .uuid : nil
        case (.unsigned, _), (.time, _):
            // RFC 7011 §6.2: integers may be sent in fewer octets than their type has.
            (1...8).contains(specifier.length) ? .unsigned : nil
        }
    }

    /// Reads every record of a Data Set, in order. `body` is where the set's records lie in `message`, padding included.
    ///
    /// The decoder that found the set has checked that its records lie inside; what follows the last is padding.
    public func decode(
        _ message: RawSpan, set: DataSet, names: inout NameTable, _ receive: (FlowRecord, inout NameTable) -> Void
    ) {
        var position = set.body.lowerBound
        var flow = FlowRecord()
        for _ in 0..<set.recordCount {
            flow = FlowRecord()
            for operation in operations {
                guard let value = operation.specifier.range(in: message, at: position, end: set.body.upperBound) else { return }
                read(operation, value, of: message, into: &flow, &names)
                position = value.upperBound
            }
            receive(flow, &names)
        }
    }

    @inline(__always)
    private func read(
        _ operation: Operation, _ range: Range<Int>, of message: RawSpan, into flow: inout FlowRecord, _ names: inout NameTable
    ) {
        switch operation.action {
        case .skip: return
        case .unsigned:
            let value = message.bigEndian(at: range.lowerBound, width: range.count)
            if value != 0 || !operation.isZeroUnknown { flow[unsigned: operation.field] = value }
        case .name:
            if !range.isEmpty { flow[name: operation.field] = names.id(of: message, range: range) }
        case .v4:
            set(IPAddress(v4: message.bigEndian(at: range.lowerBound, as: UInt32.self)), by: operation, in: &flow)
        case .v6:
            let high = message.bigEndian(at: range.lowerBound, as: UInt64.self)
            let low = message.bigEndian(at: range.lowerBound + 8, as: UInt64.self)
            set(IPAddress(high: high, low: low), by: operation, in: &flow)
        case .uuid:
            let high = message.bigEndian(at: range.lowerBound, as: UInt64.self)
            let low = message.bigEndian(at: range.lowerBound + 8, as: UInt64.self)
            if high | low != 0 { flow[uuid: operation.field] = (high, low) }
        }
    }

    /// A template may have addresses of both families; the one that a record does not use is unspecified and hides no other.
    @inline(__always)
    private func set(_ address: IPAddress, by operation: Operation, in flow: inout FlowRecord) {
        if address.isUnspecified, operation.isZeroUnknown || flow.isKnown(operation.field) { return }
        flow[address: operation.field] = address
    }
}

/// From an element's number to the field it fills.
private struct ElementIndex: Sendable {
    static let shared = ElementIndex()
    private let byID: [InformationElement.ID: (FlowFieldDefinition, InformationElement)]

    private init() {
        let pairs = FlowSchema.fields.flatMap { definition in definition.elements.all.map { ($0.id, (definition, $0)) } }
        byID = Dictionary(uniqueKeysWithValues: pairs)
    }

    subscript(id: InformationElement.ID) -> (FlowFieldDefinition, InformationElement)? { byID[id] }
}
