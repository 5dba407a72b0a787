// SPDX-License-Identifier: Apache-2.0

import IPFIX

extension Value {
    /// A value from octets that are nothing else.
    static func read(_ type: DataType?, _ octets: [UInt8], isPadded: Bool = false, exportTime: UInt32 = 0) -> Value {
        unsafe Value(reading: type, in: octets.span.bytes, octets.indices, isPadded: isPadded, exportTime: exportTime)
    }

    /// The octets of a value as a field of an element.
    func octets(as field: FieldSpecifier) throws(ValueError) -> [UInt8] {
        var writer = OctetWriter()
        try write(as: field, into: &writer)
        return writer.octets
    }
}

extension RecordDecoder {
    /// The records of all sets of a Message whose templates are in it or were before.
    mutating func records(of octets: [UInt8], by decoder: inout MessageDecoder, templates: [Template] = []) throws -> [DataRecord] {
        let message = try decoder.decode(octets)
        var records: [DataRecord] = []
        for set in message.dataSets {
            records += unsafe self.records(of: set, in: octets.span.bytes, exportTime: message.header.exportTime) { id in
                templates.first { $0.id == id }
            }
        }
        return records
    }
}
