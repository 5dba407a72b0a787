// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Which nodes are heard at present, and since when without a pause.
///
/// An exporter that was cut off sends again what it sent last, however long it was away. A connection is therefore kept until its nodes have had
/// the time to say again what they had said of it.
struct NodePresence: Sendable {
    private struct Heard {
        var since: Timestamp
        var last: Timestamp
    }

    enum State: Hashable {
        /// Nobody has told of the node, so nothing can be said of it.
        case unknown
        case silent
        /// Heard without a pause since then.
        case present(since: Timestamp)
    }

    /// How long a node that is there may be silent.
    private let pause: Duration
    /// Nil for a node that the store knows, and that has not been heard yet.
    private var nodes: [NameID: Heard?] = [:]
    /// Of further ones nothing is noted.
    private static let capacity = 16_384

    init(pause: Duration) {
        self.pause = pause
    }

    mutating func hear(_ node: NameID, at now: Timestamp) {
        guard case .some(.some(let known)) = nodes[node] else {
            if nodes.count < Self.capacity || nodes[node] != nil { nodes[node] = .some(Heard(since: now, last: now)) }
            return
        }
        nodes[node] = .some(Heard(since: now - known.last > pause ? now : known.since, last: max(now, known.last)))
    }

    /// A node that there was before this program.
    mutating func expect(_ node: NameID) {
        if nodes.count < Self.capacity, nodes[node] == nil { nodes[node] = .some(nil) }
    }

    func state(of node: NameID, at now: Timestamp) -> State {
        guard let known = nodes[node] else { return .unknown }
        guard let known, now - known.last <= pause else { return .silent }
        return .present(since: known.since)
    }

    /// The clock by which nodes are heard was set.
    mutating func move(by difference: Duration) {
        nodes = nodes.mapValues { $0.map { Heard(since: $0.since + difference, last: $0.last + difference) } }
    }
}
