// SPDX-License-Identifier: Apache-2.0

/// An abstract data type of RFC 7012 §3.1, named as IANA's registry names it.
public enum DataType: String, Sendable, Hashable, CaseIterable {
    case octetArray, string, boolean, macAddress, ipv4Address, ipv6Address
    case unsigned8, unsigned16, unsigned32, unsigned64
    case signed8, signed16, signed32, signed64
    case float32, float64
    case dateTimeSeconds, dateTimeMilliseconds, dateTimeMicroseconds, dateTimeNanoseconds
    case basicList, subTemplateList, subTemplateMultiList

    /// Octets of a value that is not reduced (RFC 7011 §6.1); nil where the length varies.
    public var naturalLength: UInt16? {
        switch self {
        case .unsigned8, .signed8, .boolean: 1
        case .unsigned16, .signed16: 2
        case .unsigned32, .signed32, .float32, .ipv4Address, .dateTimeSeconds: 4
        case .macAddress: 6
        case .unsigned64, .signed64, .float64, .dateTimeMilliseconds, .dateTimeMicroseconds, .dateTimeNanoseconds: 8
        case .ipv6Address: 16
        case .octetArray, .string, .basicList, .subTemplateList, .subTemplateMultiList: nil
        }
    }
}
