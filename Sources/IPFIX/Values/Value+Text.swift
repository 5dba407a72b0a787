// SPDX-License-Identifier: Apache-2.0

extension Value: CustomStringConvertible {
    /// Plain text: addresses by RFC 5952, times by ISO 8601 in UTC, octets as `0x` and hexadecimal digits, strings as they are.
    ///
    /// A list is its semantic and its values in brackets, a record in it the names and values in braces. Strings come from the
    /// exporter: a terminal needs them escaped.
    public var description: String {
        switch self {
        case .unsigned(let value): "\(value)"
        case .signed(let value): "\(value)"
        case .float(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .macAddress(let address): address.description
        case .address(let address): address.description
        case .dateTime(let time): time.description
        case .string(let text): text
        case .octets(let octets): hexadecimal(octets)
        case .basicList(let list): "\(list.semantic)[\(list.values.map(\.description).joined(separator: ", "))]"
        case .subTemplateList(let list): "\(list.semantic)[\(list.records)]"
        case .subTemplateMultiList(let list): "\(list.semantic)[\(list.entries.map(\.records.description).joined(separator: ", "))]"
        }
    }
}

extension NestedRecords: CustomStringConvertible {
    public var description: String {
        switch self {
        case .decoded(let records): records.map(\.description).joined(separator: ", ")
        case .octets(let octets): hexadecimal(octets)
        }
    }
}

extension DataRecord: CustomStringConvertible {
    /// `{sourceTransportPort=53, 9999/1=0x00ff}`.
    public var description: String {
        "{" + fields.map { "\($0.element?.name ?? $0.specifier.element.description)=\($0.value)" }.joined(separator: ", ") + "}"
    }
}

private func hexadecimal(_ octets: [UInt8]) -> String {
    var text = Array("0x".utf8)
    text.reserveCapacity(2 + octets.count * 2)
    for octet in octets { text.appendHexadecimal(octet) }
    return String(decoding: text, as: UTF8.self)
}
