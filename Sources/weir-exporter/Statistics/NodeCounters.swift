// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Synchronization

/// The node's named counters, written by the threads of sources and watchers and read for each report.
///
/// A counter that nobody has written is not known, which is not zero.
final class NodeCounters: Sendable {
    private let values = Mutex<[NodeCounter: UInt64]>([:])

    var current: [NodeCounter: UInt64] { values.withLock { $0 } }

    subscript(counter: NodeCounter) -> UInt64? { values.withLock { $0[counter] } }

    func set(_ counter: NodeCounter, _ value: UInt64) { values.withLock { $0[counter] = value } }

    /// Counts on; by nothing to say that the counter exists.
    func add(_ growth: UInt64, to counter: NodeCounter) { values.withLock { $0[counter, default: 0] &+= growth } }
}
