// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Everything a source saw in its connection table at one moment.
public struct Poll: Sendable {
    public var time: Timestamp
    public var connections: [Connection]
    /// Whether the whole table was read: only then has a connection that is missing ended.
    public var isWhole: Bool

    public init(time: Timestamp, connections: [Connection], isWhole: Bool = true) {
        self.time = time
        self.connections = connections
        self.isWhole = isWhole
    }
}
