// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

extension JSONText {
    /// One record as an object: element names and their values, those of a repeated element in an array.
    mutating func write(_ record: DataRecord, of set: DecodedSet) {
        raw("{")
        for (index, column) in set.columns.enumerated() {
            if index > 0 { raw(",") }
            write(column.name)
            raw(":")
            if column.places.count == 1 {
                write(set.value(of: column, at: column.places[0], in: record))
            } else {
                write(set.values(of: column, in: record))
            }
        }
        if set.template.isOptionsTemplate {
            if !set.columns.isEmpty { raw(",") }
            raw("\"scope\":")
            write(.array(set.scope.map { .text($0) }))
        }
        raw("}")
    }

    private mutating func write(_ values: [Value]) {
        if let value = values.first, values.count == 1 { return write(value) }
        writeArray(values) { $0.write($1) }
    }

    /// Numbers as numbers, exact however large; what JSON has no type for as text.
    mutating func write(_ value: Value) {
        switch value {
        case .unsigned(let number): write(digits: number)
        case .signed(let number):
            if number < 0 { raw("-") }
            write(digits: number.magnitude)
        case .float(let number): number.isFinite ? write(.real(number)) : raw("null")
        case .boolean(let flag): raw(flag ? "true" : "false")
        case .macAddress, .address, .dateTime, .octets: writePlain(value.description)
        case .string(let text): write(text)
        case .basicList(let list): write(list)
        case .subTemplateList(let list):
            openList(list.semantic)
            write(list.templateID, list.records)
            raw("}")
        case .subTemplateMultiList(let list):
            openList(list.semantic)
            raw("\"lists\":")
            writeArray(list.entries) { text, entry in
                text.raw("{")
                text.write(entry.templateID, entry.records)
                text.raw("}")
            }
            raw("}")
        }
    }

    private mutating func write(_ list: BasicList) {
        openList(list.semantic)
        raw("\"element\":")
        write(list.element?.name ?? list.field.element.description)
        raw(",\"values\":")
        writeArray(list.values) { $0.write($1) }
        raw("}")
    }

    private mutating func openList(_ semantic: ListSemantic) {
        raw("{\"semantic\":")
        write(semantic.description)
        raw(",")
    }

    private mutating func write(_ templateID: UInt16, _ records: NestedRecords) {
        raw("\"template\":")
        write(digits: UInt64(templateID))
        raw(",\"records\":")
        switch records {
        case .octets(let octets): writePlain(Value.octets(octets).description)
        case .decoded(let records):
            writeArray(records) { text, record in text.write(nested: record) }
        }
    }

    private mutating func write(nested record: DataRecord) {
        raw("{")
        for (index, column) in DecodedColumn.columns(of: record.layout, hasClock: false).enumerated() {
            if index > 0 { raw(",") }
            write(column.name)
            raw(":")
            write(column.places.map { record.values[$0] })
        }
        raw("}")
    }

    private mutating func writeArray<Element>(_ elements: [Element], _ write: (inout Self, Element) -> Void) {
        raw("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { raw(",") }
            write(&self, element)
        }
        raw("]")
    }
}
