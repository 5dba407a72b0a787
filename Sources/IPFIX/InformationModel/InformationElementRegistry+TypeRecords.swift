// SPDX-License-Identifier: Apache-2.0

extension InformationElementRegistry {
    /// Takes over an exporter's description of an element of its own (RFC 5610 §3.9); nil when the record is none.
    ///
    /// What files say, and what was learned before, stands: exporters add, they do not redefine.
    public mutating func learn(from record: DataRecord) -> Learning? {
        guard record.layout.template.isOptionsTemplate, case .unsigned(let number)? = record[.informationElementId],
            case .unsigned(let type)? = record[.informationElementDataType], case .string(let name)? = record[.informationElementName]
        else { return nil }
        var enterprise: UInt64 = 0
        if case .unsigned(let given)? = record[.privateEnterpriseNumber] { enterprise = given }
        // Some set the enterprise bit as in a template, others do not.
        let id = InformationElement.ID(
            enterprise: EnterpriseNumber(rawValue: UInt32(truncatingIfNeeded: enterprise)),
            number: UInt16(truncatingIfNeeded: number) & 0x7FFF)
        guard id.enterprise != .iana, id.enterprise != .reverse else { return .refused(id, .notEnterprise) }
        guard id.number > 0, number <= 0xFFFF, enterprise <= UInt64(UInt32.max), InformationElement.isName(name),
            let type = DataType(registryNumber: type)
        else { return .refused(id, .malformed) }
        return learn(
            InformationElement(
                id: id, name: name, type: type, semantics: semantics(in: record), units: units(in: record)))
    }

    private mutating func learn(_ element: InformationElement) -> Learning {
        let isKnown = self[element.id] != nil
        guard isKnown || learnedCount < Self.maximumLearnedCount else { return .refused(element.id, .full) }
        if let cause = defineLearned(element) { return .refused(element.id, .conflict(cause)) }
        return isKnown ? .known(element) : .learned(element)
    }

    private func semantics(in record: DataRecord) -> DataTypeSemantics {
        guard case .unsigned(let number)? = record[.informationElementSemantics] else { return .default }
        return DataTypeSemantics(registryNumber: number) ?? .default
    }

    private func units(in record: DataRecord) -> Units? {
        guard case .unsigned(let number)? = record[.informationElementUnits] else { return nil }
        return Units(registryNumber: number)
    }
}
