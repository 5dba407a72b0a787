// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Where a record was observed.
enum ObservingSide: Sendable, Hashable, CaseIterable {
    case sourceNode, destinationNode
    /// By the one exporter that sees all of the connection, or by one that names no node.
    case only

    /// An exporter names the pods of its own node and no others. One that passed a client from outside on to another node names none. What a
    /// proxy passed on names both, and says which half it was.
    @inline(__always)
    init(of flow: FlowRecord) {
        switch flow.proxiedDirection {
        case .egress: self = .sourceNode
        case .ingress: self = .destinationNode
        case .unknown: self = flow.hasTranslatedClient ? .sourceNode : .only
        case nil: self.init(byNamesOf: flow)
        }
    }

    @inline(__always)
    private init(byNamesOf flow: FlowRecord) {
        if flow.hasTranslatedClient, !flow.isKnown(.destinationPodName), !flow.isKnown(.destinationNodeName) {
            self = .sourceNode
            return
        }
        switch (
            flow.isKnown(.sourceNodeName) || flow.isKnown(.sourcePodName),
            flow.isKnown(.destinationNodeName) || flow.isKnown(.destinationPodName)
        ) {
        case (true, false): self = .sourceNode
        case (false, true): self = .destinationNode
        default: self = .only
        }
    }

    /// Whether this side's word on a field counts more than what is known already.
    func isAuthority(for owner: FlowFieldDefinition.Owner) -> Bool {
        switch owner {
        case .sourceNode: self != .destinationNode
        case .destinationNode: self != .sourceNode
        case .key, .eachNode, .mediator: false
        }
    }
}

/// `observation`: whose records there are of a connection.
public enum Observation: UInt8, Sendable, Hashable, CaseIterable {
    case complete = 1
    case sourceOnly = 2
    case destinationOnly = 3
}
