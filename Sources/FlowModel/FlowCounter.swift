// SPDX-License-Identifier: Apache-2.0

/// The four things counted of a connection. `reverse…` counts what went from destination to source (RFC 5103).
public enum FlowCounter: Int, Sendable, Hashable, CaseIterable {
    case packets, octets, reversePackets, reverseOctets

    /// Whose count: one node's, or the record's own, which is the larger of both.
    public enum Scope: Sendable, Hashable, CaseIterable { case common, sourceNode, destinationNode }

    /// The field of the count since the connection began.
    public func total(_ scope: Scope) -> FlowField {
        switch scope {
        case .common: FlowField.after(.packetTotalCount, by: rawValue)
        case .sourceNode: FlowField.after(.packetTotalCountFromSourceNode, by: rawValue)
        case .destinationNode: FlowField.after(.packetTotalCountFromDestinationNode, by: rawValue)
        }
    }

    /// The field of the growth over a record's interval.
    public func delta(_ scope: Scope) -> FlowField {
        switch scope {
        case .common: FlowField.after(.packetDeltaCount, by: rawValue)
        case .sourceNode: FlowField.after(.packetDeltaCountFromSourceNode, by: rawValue)
        case .destinationNode: FlowField.after(.packetDeltaCountFromDestinationNode, by: rawValue)
        }
    }

    static let allExported = Set(allCases.flatMap { [$0.total(.common), $0.delta(.common)] })
}

extension FlowField {
    /// Counters of one scope are declared in the order of ``FlowCounter``'s cases; a test holds it.
    fileprivate static func after(_ first: FlowField, by offset: Int) -> FlowField {
        FlowField(rawValue: first.rawValue + UInt8(offset))!
    }
}
