// SPDX-License-Identifier: Apache-2.0

extension Template {
    /// The Set that Template Records of this kind stand in.
    public var setID: UInt16 { isOptionsTemplate ? SetID.optionsTemplate : SetID.template }

    /// Octets of the Template Record, its Set's header excluded.
    public var encodedLength: Int {
        fields.reduce(isOptionsTemplate ? 6 : 4) { $0 + ($1.element.enterprise == .iana ? 4 : 8) }
    }

    /// The Template Record or Options Template Record (RFC 7011 §3.4.1, §3.4.2.2).
    public func write(into writer: inout OctetWriter) {
        writer.append(id)
        writer.append(UInt16(fields.count))
        if isOptionsTemplate { writer.append(UInt16(scopeFieldCount)) }
        for field in fields {
            let isEnterprise = field.element.enterprise != .iana
            writer.append(field.element.number | (isEnterprise ? 0x8000 : 0))
            writer.append(field.length)
            if isEnterprise { writer.append(field.element.enterprise.rawValue) }
        }
    }

    /// A complete Template Set or Options Template Set with this one template (RFC 7011 §3.3.2).
    public var set: [UInt8] {
        var writer = OctetWriter(reserving: SetID.headerLength + encodedLength)
        writer.append(setID)
        writer.append(UInt16(SetID.headerLength + encodedLength))
        write(into: &writer)
        return writer.octets
    }

    /// A complete Set that withdraws this template (RFC 7011 §8.1); not for UDP (§8.4).
    public var withdrawal: [UInt8] {
        var writer = OctetWriter(reserving: 8)
        writer.append(setID)
        writer.append(UInt16(8))
        writer.append(id)
        writer.append(UInt16(0))
        return writer.octets
    }
}
