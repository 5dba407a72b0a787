// SPDX-License-Identifier: Apache-2.0

/// An abstract data type of RFC 7012 §3.1, RFC 6313 §11.1 or RFC 9740 §8.3.1, named as IANA's registry names it.
public enum DataType: String, Sendable, Hashable, CaseIterable {
    // In the order of IANA's numbers, which RFC 5610 sends.
    case octetArray
    case unsigned8, unsigned16, unsigned32, unsigned64
    case signed8, signed16, signed32, signed64
    case float32, float64
    case boolean, macAddress, string
    case dateTimeSeconds, dateTimeMilliseconds, dateTimeMicroseconds, dateTimeNanoseconds
    case ipv4Address, ipv6Address
    case basicList, subTemplateList, subTemplateMultiList
    case unsigned256

    /// The type of IANA's "IPFIX Information Element Data Types" (RFC 5610 §3.1); nil for a number that is not assigned.
    public init?(registryNumber: UInt64) {
        guard let index = Int(exactly: registryNumber), Self.allCases.indices.contains(index) else { return nil }
        self = Self.allCases[index]
    }

    /// Octets of a value that is not reduced (RFC 7011 §6.1); nil where the length varies.
    public var naturalLength: UInt16? {
        switch self {
        case .unsigned8, .signed8, .boolean: 1
        case .unsigned16, .signed16: 2
        case .unsigned32, .signed32, .float32, .ipv4Address, .dateTimeSeconds: 4
        case .macAddress: 6
        case .unsigned64, .signed64, .float64, .dateTimeMilliseconds, .dateTimeMicroseconds, .dateTimeNanoseconds: 8
        case .ipv6Address: 16
        case .unsigned256: 32
        case .octetArray, .string, .basicList, .subTemplateList, .subTemplateMultiList: nil
        }
    }
}
