// SPDX-License-Identifier: Apache-2.0

public import FlowModel

/// Holds what records say of the node that sent them to what the node's certificate says.
///
/// An exporter names its own node, and the pods of its own node: on the source's side, the destination's, or both. What it counts of rules, ports
/// and itself is of its own node.
public struct NodeClaim: Sendable, Hashable {
    /// What becomes of a record that names another node.
    public enum Mismatch: String, Sendable, Hashable, CaseIterable {
        case refuse
        /// It is kept, as seen by the certificate's node.
        case relabel
    }

    public let node: NameID
    public let mismatch: Mismatch

    public init(node: NameID, mismatch: Mismatch) {
        self.node = node
        self.mismatch = mismatch
    }

    /// A side whose pod is named and its node is not gets the certificate's node: a pod of nobody would count as well as the owner's word.
    ///
    /// - Returns: false when the record is to be refused.
    public func settle(_ flow: inout FlowRecord) -> Bool {
        for (nodeField, podField) in [(FlowField.sourceNodeName, FlowField.sourcePodName), (.destinationNodeName, .destinationPodName)] {
            if let claimed = flow[name: nodeField] {
                if claimed == node { continue }
                if mismatch == .refuse { return false }
                flow[name: nodeField] = node
            } else if flow[name: podField] != nil {
                flow[name: nodeField] = node
            }
        }
        return true
    }

    /// Statistics that name no node, as those of exporters, are of the certificate's.
    ///
    /// - Returns: false when the record is to be refused.
    public func settle(_ statistics: inout StatisticsRecord) -> Bool {
        if let claimed = statistics[name: .sourceNodeName], claimed != node, mismatch == .refuse { return false }
        statistics[name: .sourceNodeName] = node
        return true
    }
}
