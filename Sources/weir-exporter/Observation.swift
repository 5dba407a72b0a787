// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// What one turn of the exporter saw: the unit that is metered, recorded and replayed.
struct Observation: Hashable, Sendable {
    var time: Timestamp
    /// Nil when the node's pods are the same as before.
    var pods: [LocalPod]?
    /// Packets that policy refused since the last turn.
    var denied: [DeniedConnection] = []
    /// Nil when no source could be read.
    var connections: [Connection]?
    /// Whether every source was read whole.
    var isWhole = true

}
