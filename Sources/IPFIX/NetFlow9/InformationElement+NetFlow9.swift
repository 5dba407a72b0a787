// SPDX-License-Identifier: Apache-2.0

extension InformationElement.ID {
    /// The element that a NetFlow v9 field type is read as.
    ///
    /// Up to 127 the numbers are the same by definition (RFC 7012 §4). Beyond, NetFlow's types follow IANA's in
    /// practice: exporters send flowEndReason (136), postNATSourceIPv4Address (225) and others by their IPFIX numbers. Types with the top
    /// bit, which IPFIX reserves for enterprises, are Cisco's own (33000 and 40000 of its firewalls): they are Cisco's elements without
    /// that bit, so 33000 is 9/232. Unlike IPFIX, no enterprise number follows them on the wire.
    public static func netFlow9(_ type: UInt16) -> Self {
        Self(enterprise: type & 0x8000 == 0 ? .iana : .cisco, number: type & 0x7FFF)
    }

    /// The element that a scope type of RFC 3954 §6.1 is read as; others are taken as field types.
    static func netFlow9(scope type: UInt16) -> Self {
        switch type {
        case 1: Self(enterprise: .iana, number: 144)  // System: exportingProcessId.
        case 2: Self(enterprise: .iana, number: 10)  // Interface: ingressInterface.
        case 3: Self(enterprise: .iana, number: 141)  // Line Card: lineCardId.
        case 4: Self(enterprise: .iana, number: 143)  // Cache: meteringProcessId, which has one.
        case 5: Self(enterprise: .iana, number: 145)  // Template: templateId.
        default: .netFlow9(type)
        }
    }
}

extension EnterpriseNumber {
    public static let cisco = EnterpriseNumber(rawValue: 9)
}
