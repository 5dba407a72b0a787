// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// The kinds of objects that flow records need.
public enum ClusterKind: Sendable, Hashable, CaseIterable { case pods, services, nodes }

/// News of the cluster, in the order in which it was told.
///
/// ```
///   listing(.pods)  objects  objects …  listed(.pods)   objects  removed  objects …
///   └─────────────── a complete list ──────────────┘    └── as things change ──┘
/// ```
///
/// A list that is begun again before it is complete counts from its last beginning.
public enum ClusterChange: Sendable, Hashable {
    /// A complete list of a kind begins.
    case listing(ClusterKind)
    /// These are there now, as described; `at` is when that was read.
    case objects(ClusterObjects, at: Timestamp)
    /// This one is no longer there. Nodes have no namespace: theirs is empty.
    case removed(ClusterKind, namespace: String, name: String, at: Timestamp)
    /// The list is complete: what it did not name is no longer there.
    case listed(ClusterKind, at: Timestamp)
}

extension ClusterChange {
    /// The addresses of which it may say whose they are.
    var addresses: [IPAddress] {
        guard case .objects(let objects, _) = self else { return [] }
        return objects.pods.flatMap(\.addresses) + objects.services.flatMap(\.addresses)
    }
}
