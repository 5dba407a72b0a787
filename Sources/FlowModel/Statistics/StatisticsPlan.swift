// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A template compiled for statistics records: what to do with each value, in wire order.
///
/// Foreign templates are taken too: those of RFC 7011 §4.1–§4.3 in any order, with more elements or fewer, and several of them in one.
public struct StatisticsPlan: Sendable {
    public let kind: StatisticsKind
    private let operations: [Operation]

    private struct Operation: Sendable {
        let specifier: FieldSpecifier
        /// Nil for an element that no field stands for: its value is stepped over.
        let definition: StatisticsFieldDefinition?
    }

    /// Nil for a template that describes no statistics: flows above all.
    public init?(_ template: Template) {
        guard let kind = StatisticsKind(of: template) else { return nil }
        self.kind = kind
        let definitions = Self.definitions(for: kind)
        var occurrences: [InformationElement.ID: Int] = [:]
        operations = template.occupiedFields.map { specifier in
            let occurrence = occurrences[specifier.element, default: 0]
            occurrences[specifier.element] = occurrence + 1
            return Operation(
                specifier: specifier, definition: definitions[Key(element: specifier.element, occurrence: occurrence)]?.suiting(specifier))
        }
    }

    private struct Key: Hashable {
        let element: InformationElement.ID
        let occurrence: Int
    }

    /// A template of one process may tell of another too.
    private static func definitions(for kind: StatisticsKind) -> [Key: StatisticsFieldDefinition] {
        let kinds = [kind] + (kind.isProcess ? StatisticsKind.allCases.filter(\.isProcess) : [])
        let pairs = kinds.flatMap(StatisticsSchema.fields(of:)).map { (Key(element: $0.element.id, occurrence: $0.occurrence), $0) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Reads every record of a Data Set, in order. `body` is where the set's records lie in `message`, padding included.
    ///
    /// The decoder that found the set has checked that its records lie inside; what follows the last is padding.
    public func decode(
        _ message: RawSpan, set: DataSet, names: inout NameTable, _ receive: (StatisticsRecord, inout NameTable) -> Void
    ) {
        var position = set.body.lowerBound
        for _ in 0..<set.recordCount {
            var statistics = StatisticsRecord(kind)
            for operation in operations {
                guard let value = operation.specifier.range(in: message, at: position, end: set.body.upperBound) else { return }
                if let definition = operation.definition { read(definition, value, of: message, into: &statistics, &names) }
                position = value.upperBound
            }
            receive(statistics, &names)
        }
    }

    private func read(
        _ definition: StatisticsFieldDefinition, _ range: Range<Int>, of message: RawSpan, into statistics: inout StatisticsRecord,
        _ names: inout NameTable
    ) {
        guard definition.kind != .name else {
            // What is cut off would have been cut by an encoder of ours.
            let end = min(range.upperBound, range.lowerBound + StatisticsEncoder.maximumStringLength)
            if !range.isEmpty { statistics[name: definition.field] = names.id(of: message, range: range.lowerBound..<end) }
            return
        }
        let value = message.bigEndian(at: range.lowerBound, width: range.count)
        if value != 0 || !definition.isZeroUnknown { statistics[unsigned: definition.field] = value }
    }
}

extension StatisticsFieldDefinition {
    /// Nil where the length does not suit the element's type (RFC 7011 §6.2: integers may be sent in fewer octets; §6.1.8: times not).
    fileprivate func suiting(_ specifier: FieldSpecifier) -> Self? {
        switch kind {
        case .name: self
        case .time: specifier.length == 8 ? self : nil
        default: (1...8).contains(specifier.length) ? self : nil
        }
    }
}

extension StatisticsKind {
    /// What a template's records tell of, by the elements that only such records have together.
    fileprivate init?(of template: Template) {
        let elements = Set(template.fields.map(\.element))
        let scope = Set(template.fields.prefix(template.scopeFieldCount).map(\.element))
        let kind =
            template.isOptionsTemplate
            ? Self.option(scope: scope, Self.elements(elements)) : Self.data(elements)
        guard let kind else { return nil }
        self = kind
    }

    private static func option(scope: Set<InformationElement.ID>, _ has: (InformationElement) -> Bool) -> Self? {
        let isOfName = scope.contains(StatisticsElement.selectorName.id)
        if isOfName { return has(StatisticsElement.selectorIDTotalFlowsObserved) ? .nodeCounter : nil }
        let exporter = [StatisticsElement.exportingProcessId, StatisticsElement.exporterIPv4Address, StatisticsElement.exporterIPv6Address]
        if exporter.contains(where: { scope.contains($0.id) }) {
            let counts = [
                StatisticsElement.notSentFlowTotalCount, StatisticsElement.notSentPacketTotalCount,
                StatisticsElement.notSentOctetTotalCount,
            ]
            return counts.contains(where: has) ? .exportingProcessReliability : nil
        }
        let metering = [StatisticsElement.observationDomainId, StatisticsElement.meteringProcessId]
        guard metering.contains(where: { scope.contains($0.id) }) else { return nil }
        let exported = [
            StatisticsElement.exportedMessageTotalCount, StatisticsElement.exportedFlowRecordTotalCount,
            StatisticsElement.exportedOctetTotalCount, StatisticsElement.observedFlowTotalCount,
        ]
        if exported.contains(where: has) { return .meteringProcess }
        let ignored = [StatisticsElement.ignoredPacketTotalCount, StatisticsElement.ignoredOctetTotalCount]
        return ignored.contains(where: has) ? .meteringProcessReliability : nil
    }

    private static func data(_ elements: Set<InformationElement.ID>) -> Self? {
        let required = [StatisticsElement.observationTimeMilliseconds, InformationElement.sourceNodeName].map(\.id)
        let addresses = [
            InformationElement.sourceIPv4Address, .sourceIPv6Address, .destinationIPv4Address, .destinationIPv6Address,
        ].map(\.id)
        guard elements.isSuperset(of: required), elements.isDisjoint(with: addresses) else { return nil }
        if elements.contains(StatisticsElement.commonPropertiesId.id) { return .policyRule }
        return elements.contains(StatisticsElement.interfaceName.id) ? .port : nil
    }

    private static func elements(_ elements: Set<InformationElement.ID>) -> (InformationElement) -> Bool {
        { elements.contains($0.id) }
    }
}
