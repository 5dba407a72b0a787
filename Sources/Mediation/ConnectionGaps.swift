// SPDX-License-Identifier: Apache-2.0

/// What connections lacked when they were stored first.
public struct ConnectionGaps: Sendable, Hashable {
    /// Connections that the other node had not told of.
    public var halves: UInt64 = 0
    /// Ends in the cluster without a pod's name.
    public var unnamed: UInt64 = 0

    static func += (a: inout Self, b: Self) {
        a.halves += b.halves
        a.unnamed += b.unnamed
    }
}
