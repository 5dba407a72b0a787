// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What there is to know of a field: its elements on the wire, its kind in a record, who knows it, where it is stored.
public struct FlowFieldDefinition: Sendable {
    public let field: FlowField
    public let elements: Elements
    public let kind: Kind
    public let owner: Owner
    public let storage: Storage
    /// Whether the wire's zero or empty value says "none" (there is no absent value in a template record).
    public let isZeroUnknown: Bool
    /// Its place in the exporter's template, from 1; nil where exporters do not send it.
    public let exporterPosition: Int?
    /// One sentence for docs/information-elements.md and docs/sql.md, with units and bounds.
    public let summary: String

    public var name: String { FlowSchema.name(of: field) }

    public enum Elements: Sendable, Hashable {
        case one(InformationElement)
        case byFamily(v4: InformationElement, v6: InformationElement)
        /// Weir's own mark; not sent.
        case none

        public func element(for family: IPAddress.Family) -> InformationElement? {
            switch self {
            case .one(let element): element
            case .byFamily(let v4, let v6): family == .v4 ? v4 : v6
            case .none: nil
            }
        }

        public var all: [InformationElement] {
            switch self {
            case .one(let element): [element]
            case .byFamily(let v4, let v6): [v4, v6]
            case .none: []
            }
        }
    }

    /// How the field lies in a ``FlowRecord``, and which subscript reads it.
    public enum Kind: Sendable, Hashable { case unsigned, name, time, address, uuid }

    /// Who knows the field, when the two nodes of a connection tell different things of it.
    public enum Owner: Sendable, Hashable {
        /// The same at both nodes: the connection's key.
        case key
        case sourceNode, destinationNode
        /// Each node measures it; the mediator merges by time or by size.
        case eachNode
        /// The mediator computes it or looks it up.
        case mediator
    }

    public enum Storage: Sendable, Hashable {
        /// Once for all connections between the same ends, by the same Service, under the same verdict.
        case conversation
        /// Once for each connection.
        case connection
        /// Once for each stored interval.
        case interval
        /// Not stored: the views compute it by this SQL expression over other columns.
        case derived(String)
    }
}
