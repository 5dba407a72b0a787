// SPDX-License-Identifier: Apache-2.0

/// What became of the records of a ``FlowProxy``: `received` = `completed` + `refused`.
public struct ProxyStatistics: Sendable, Hashable {
    public var received: UInt64 = 0
    /// Handed on.
    public var completed: UInt64 = 0
    /// Without addresses, or with addresses of two families.
    public var refused: UInt64 = 0

    public init() {}
}
