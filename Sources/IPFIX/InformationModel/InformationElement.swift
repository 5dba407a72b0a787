// SPDX-License-Identifier: Apache-2.0

/// A named, numbered, typed property of a flow (RFC 7012 §2).
public struct InformationElement: Sendable, Hashable {
    public let id: ID
    public let name: String
    public let type: DataType
    public let semantics: DataTypeSemantics
    /// Nil where values have no unit.
    public let units: Units?

    public init(id: ID, name: String, type: DataType, semantics: DataTypeSemantics = .default, units: Units? = nil) {
        self.id = id
        self.name = name
        self.type = type
        self.semantics = semantics
        self.units = units
    }

    /// Who assigned the number, and the number; unique among all elements.
    public struct ID: Sendable, Hashable {
        public let enterprise: EnterpriseNumber
        /// 1–32,767. On the wire the top bit says that an enterprise number follows.
        public let number: UInt16

        public init(enterprise: EnterpriseNumber, number: UInt16) {
            self.enterprise = enterprise
            self.number = number
        }
    }
}

extension InformationElement {
    /// The same property of the packets in the other direction (RFC 5103 §6.1): the IANA number under 29305.
    ///
    /// Only IANA's elements have one.
    public var reverse: InformationElement {
        precondition(id.enterprise == .iana, "RFC 5103 §6.1 defines reverse elements for IANA's numbers only")
        return InformationElement(
            id: ID(enterprise: .reverse, number: id.number),
            name: "reverse" + name.prefix(1).uppercased() + name.dropFirst(), type: type, semantics: semantics, units: units)
    }
}

/// A Private Enterprise Number, or 0 for IANA (RFC 7011 §3.2).
public struct EnterpriseNumber: Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let iana = EnterpriseNumber(rawValue: 0)
    /// RFC 5103 §6.1.
    public static let reverse = EnterpriseNumber(rawValue: 29305)
    public static let antrea = EnterpriseNumber(rawValue: 56506)
    /// Open vSwitch describes tunnels with VMware's elements.
    public static let vmware = EnterpriseNumber(rawValue: 6876)
}

extension InformationElement.ID: CustomStringConvertible {
    /// `enterprise/number`, such as `0/8` or `56506/101`.
    public var description: String { "\(enterprise.rawValue)/\(number)" }
}
