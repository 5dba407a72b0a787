// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A template compiled for flow records: what to do with each value, in wire order.
///
/// Elements that no field stands for are stepped over. Nothing is looked up by name or number while records are read.
public struct FlowPlan: Sendable {
    private let operations: [Operation]
    /// Whether a record can name both ends; without, it is no flow (an options record, say).
    public let hasAddresses: Bool

    /// Eight octets, so that the plan of a template of fifty fields is seven cache lines.
    fileprivate struct Operation: Sendable {
        let action: Action
        let isZeroUnknown: Bool
        let field: FlowField
        /// On the wire; ``FieldSpecifier/variableLength`` where each value says its own.
        let length: UInt16
    }

    fileprivate enum Action: UInt8, Sendable { case skip, octet, word16, word32, word64, reduced, name, v4, v6, uuid, direction }

    public init(_ template: Template) {
        // The direction tells which half a record is only where it was passed on, with its origin; others mean an interface's by it.
        let isProxied = template.fields.contains { $0.element == InformationElement.originalObservationDomainId.id }
        operations = template.occupiedFields.map { Self.operation(for: $0, isProxied: isProxied) }
        let filled = Set(operations.filter { $0.action != .skip }.map(\.field))
        hasAddresses = !template.isOptionsTemplate && filled.isSuperset(of: [.sourceIPAddress, .destinationIPAddress])
    }

    private static func operation(for specifier: FieldSpecifier, isProxied: Bool) -> Operation {
        if isProxied, specifier.element == InformationElement.flowDirection.id, specifier.length == 1 {
            return Operation(action: .direction, isZeroUnknown: false, field: .observation, length: specifier.length)
        }
        guard let (definition, element) = ElementIndex.shared[specifier.element], let action = action(definition, element, specifier) else {
            return Operation(action: .skip, isZeroUnknown: false, field: .observation, length: specifier.length)
        }
        return Operation(action: action, isZeroUnknown: definition.isZeroUnknown, field: definition.field, length: specifier.length)
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
        case (.unsigned, _), (.time, _): integer(ofWidth: specifier.length)
        }
    }

    /// RFC 7011 §6.2: integers may be sent in fewer octets than their type has.
    private static func integer(ofWidth width: UInt16) -> Action? {
        switch width {
        case 1: .octet
        case 2: .word16
        case 4: .word32
        case 8: .word64
        case 3, 5...7: .reduced
        default: nil
        }
    }

    /// Reads every record of a Data Set, in order. `body` is where the set's records lie in `message`, padding included.
    ///
    /// The decoder that found the set has checked that its records lie inside; what follows the last is padding.
    ///
    /// - Parameters:
    ///   - batch: is filled, handed over and emptied until all are read.
    ///   - receive: may change the records it is given.
    public func decode(
        _ message: RawSpan, set: DataSet, names: inout NameTable, by batch: inout FlowBatch,
        _ receive: (inout FlowBatch, inout NameTable) -> Void
    ) {
        var position = set.body.lowerBound
        let end = set.body.upperBound
        batch.removeAll()
        for _ in 0..<set.recordCount {
            guard batch.append({ flow in read(&position, end, of: message, into: &flow, &names) }) else { break }
            if batch.isFull {
                receive(&batch, &names)
                batch.removeAll()
            }
        }
        if batch.count > 0 { receive(&batch, &names) }
        batch.removeAll()
    }

    /// - Returns: whether all of the record is there.
    @inline(__always)
    private func read(
        _ position: inout Int, _ end: Int, of message: RawSpan, into flow: inout FlowRecord, _ names: inout NameTable
    ) -> Bool {
        let operations = operations.span
        for index in operations.indices {
            let operation = operations[index]
            var length = Int(operation.length)
            if operation.length == FieldSpecifier.variableLength {
                guard let value = FieldSpecifier.variableRange(in: message, at: position, end: end) else { return false }
                position = value.lowerBound
                length = value.count
            }
            guard position &+ length <= end else { return false }
            read(operation, position, length, of: message, into: &flow, &names)
            position &+= length
        }
        return true
    }

    @inline(__always)
    private func read(
        _ operation: Operation, _ start: Int, _ length: Int, of message: RawSpan, into flow: inout FlowRecord, _ names: inout NameTable
    ) {
        switch operation.action {
        case .skip: return
        case .octet: operation.set(UInt64(message.octet(at: start)), in: &flow)
        case .word16: operation.set(UInt64(message.bigEndian(at: start, as: UInt16.self)), in: &flow)
        case .word32: operation.set(UInt64(message.bigEndian(at: start, as: UInt32.self)), in: &flow)
        case .word64: operation.set(message.bigEndian(at: start, as: UInt64.self), in: &flow)
        case .reduced: operation.set(message.bigEndian(at: start, width: length), in: &flow)
        case .direction: flow.proxiedDirection = FlowDirection(rawValue: message.octet(at: start)) ?? .unknown
        case .name:
            if length > 0 { flow.setNarrow(operation.field, to: UInt64(names.id(of: message, range: start..<start &+ length).rawValue)) }
        case .v4:
            set(IPAddress(v4: message.bigEndian(at: start, as: UInt32.self)), by: operation, in: &flow)
        case .v6:
            let high = message.bigEndian(at: start, as: UInt64.self)
            set(IPAddress(high: high, low: message.bigEndian(at: start + 8, as: UInt64.self)), by: operation, in: &flow)
        case .uuid:
            let high = message.bigEndian(at: start, as: UInt64.self)
            let low = message.bigEndian(at: start + 8, as: UInt64.self)
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

extension FlowPlan.Operation {
    @inline(__always)
    fileprivate func set(_ value: UInt64, in flow: inout FlowRecord) {
        if value != 0 || !isZeroUnknown { flow.setNarrow(field, to: value) }
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
