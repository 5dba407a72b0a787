// SPDX-License-Identifier: Apache-2.0

extension Value {
    /// Octets that ``write(as:into:)`` will append, those of a variable length in front included.
    public func encodedLength(as field: FieldSpecifier) throws(ValueError) -> Int {
        let content = try contentLength(as: field)
        guard field.isVariableLength else { return content }
        return content + (content < 255 ? 1 : 3)
    }

    /// Appends the value as a field's element and length ask. Numbers may be reduced as far as the value allows (RFC 7011 §6.2);
    /// a string that is shorter than its field is padded with zeros.
    ///
    /// - Throws: when the value does not fit; then nothing was appended.
    public func write(as field: FieldSpecifier, into writer: inout OctetWriter) throws(ValueError) {
        let length = try contentLength(as: field)
        if field.isVariableLength {
            // RFC 7011 §7: one octet, or 255 and two octets.
            if length < 255 {
                writer.append(UInt8(length))
            } else {
                writer.append(UInt8(255))
                writer.append(UInt16(length))
            }
        }
        try writeContent(as: field, length: length, into: &writer)
    }

    /// Octets of the value itself, which are those of the field where it has a length.
    private func contentLength(as field: FieldSpecifier) throws(ValueError) -> Int {
        let fixed = field.isVariableLength ? nil : Int(field.length)
        guard fits(in: fixed) else { throw .wrongLength(element: field.element, length: field.length) }
        let own = try ownLength()
        let length = fixed ?? own
        // Lists have the length that they have, and only strings are padded.
        switch self {
        case .basicList, .subTemplateList, .subTemplateMultiList:
            guard own == length else { throw .wrongLength(element: field.element, length: field.length) }
        default: break
        }
        guard length <= Int(UInt16.max) else { throw .tooLong(element: field.element, octets: length) }
        return length
    }

    /// Whether the value has a form of so many octets; nil stands for any number.
    private func fits(in length: Int?) -> Bool {
        guard let length else { return true }
        return switch self {
        case .unsigned(let value): (1...32).contains(length) && (length >= 8 || value >> UInt64(8 * length) == 0)
        case .signed(let value): (1...8).contains(length) && value >> Int64(8 * length - 1) == value >> 63
        case .float(let value): length == 8 || length == 4 && (value.isNaN || Double(Float(value)) == value)
        case .boolean: length == 1
        case .macAddress: length == 6
        case .address(let address): length == 16 || length == 4 && address.family == .v4
        case .dateTime(let time): time.precision == .seconds ? length == 4 : length == 8
        case .string(let text): text.utf8.count <= length
        case .octets(let octets): octets.count == length
        case .basicList, .subTemplateList, .subTemplateMultiList: true
        }
    }

    /// Octets of the value where the field does not say.
    private func ownLength() throws(ValueError) -> Int {
        switch self {
        case .unsigned, .signed, .float: 8
        case .boolean: 1
        case .macAddress: 6
        case .address(let address): address.family == .v4 ? 4 : 16
        case .dateTime(let time): time.precision == .seconds ? 4 : 8
        case .string(let text): text.utf8.count
        case .octets(let octets): octets.count
        case .basicList(let list): try list.encodedLength()
        case .subTemplateList(let list): try 3 + list.records.encodedLength()
        case .subTemplateMultiList(let list): try list.encodedLength()
        }
    }

    private func writeContent(as field: FieldSpecifier, length: Int, into writer: inout OctetWriter) throws(ValueError) {
        switch self {
        case .unsigned(let value):
            writer.append(contentsOf: repeatElement(0, count: max(0, length - 8)))
            writer.append(value, width: min(length, 8))
        case .signed(let value): writer.append(UInt64(bitPattern: value), width: length)
        case .float(let value) where length == 4: writer.append(Float(value).bitPattern)
        case .float(let value): writer.append(value.bitPattern)
        case .boolean(let value): writer.append(UInt8(value ? 1 : 2))
        case .macAddress(let address): writer.append(address.rawValue, width: 6)
        case .address(let address):
            // A mapped address is kept as IPv4 and may have come as IPv6.
            if length == 16 { writer.append(address.high) }
            writer.append(address.low, width: length == 16 ? 8 : 4)
        case .dateTime(let time):
            switch time.precision {
            case .seconds: writer.append(UInt32(truncatingIfNeeded: time.seconds))
            case .milliseconds: writer.append(UInt64(bitPattern: time.milliseconds))
            case .microseconds, .nanoseconds: writer.append(time.ntp)
            }
        case .string(let text):
            writer.append(contentsOf: text.utf8)
            writer.append(contentsOf: repeatElement(0, count: length - text.utf8.count))
        case .octets(let octets): writer.append(contentsOf: octets)
        case .basicList(let list): try list.write(into: &writer)
        case .subTemplateList(let list):
            writer.append(list.semantic.rawValue)
            writer.append(list.templateID)
            try list.records.write(into: &writer)
        case .subTemplateMultiList(let list): try list.write(into: &writer)
        }
    }
}

extension DataRecord {
    /// Octets that ``write(into:)`` will append.
    public func encodedLength() throws(ValueError) -> Int {
        var length = 0
        for index in values.indices { length += try values[index].encodedLength(as: layout.fields[index]) }
        return length
    }

    /// Appends the record as its template asks.
    ///
    /// - Throws: when a value does not fit; then the values before it were appended.
    public func write(into writer: inout OctetWriter) throws(ValueError) {
        for index in values.indices { try values[index].write(as: layout.fields[index], into: &writer) }
    }
}

extension NestedRecords {
    fileprivate func encodedLength() throws(ValueError) -> Int {
        switch self {
        case .octets(let octets): return octets.count
        case .decoded(let records):
            var length = 0
            for record in records { length += try record.encodedLength() }
            return length
        }
    }

    fileprivate func write(into writer: inout OctetWriter) throws(ValueError) {
        switch self {
        case .octets(let octets): writer.append(contentsOf: octets)
        case .decoded(let records):
            for record in records { try record.write(into: &writer) }
        }
    }
}

extension BasicList {
    fileprivate func encodedLength() throws(ValueError) -> Int {
        var length = field.element.enterprise == .iana ? 5 : 9
        for value in values { length += try value.encodedLength(as: field) }
        return length
    }

    fileprivate func write(into writer: inout OctetWriter) throws(ValueError) {
        let isEnterprise = field.element.enterprise != .iana
        writer.append(semantic.rawValue)
        writer.append(field.element.number | (isEnterprise ? 0x8000 : 0))
        writer.append(field.length)
        if isEnterprise { writer.append(field.element.enterprise.rawValue) }
        for value in values { try value.write(as: field, into: &writer) }
    }
}

extension SubTemplateMultiList {
    fileprivate func encodedLength() throws(ValueError) -> Int {
        var length = 1
        for entry in entries { length += try 4 + entry.records.encodedLength() }
        return length
    }

    fileprivate func write(into writer: inout OctetWriter) throws(ValueError) {
        writer.append(semantic.rawValue)
        for entry in entries {
            writer.append(entry.templateID)
            // The list's own length is at most 65,535, so each of its parts is.
            writer.append(UInt16(try 4 + entry.records.encodedLength()))
            try entry.records.write(into: &writer)
        }
    }
}
