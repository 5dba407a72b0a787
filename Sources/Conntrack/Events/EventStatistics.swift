// SPDX-License-Identifier: Apache-2.0

import Metering

/// What came of a subscription to the kernel's events since it began. Every event that reached the socket is in exactly one of
/// `new`, `updated`, `destroyed`, `otherZones` and `rejected`; `lost` never reached it.
public struct EventStatistics: Sendable, Hashable {
    public var new: UInt64 = 0
    public var updated: UInt64 = 0
    public var destroyed: UInt64 = 0
    /// Of zones that were not asked for and that the kernel let through.
    public var otherZones: UInt64 = 0
    /// Malformed messages and entries, by reason.
    public var rejected: [RejectionReason: Int] = [:]
    /// Events that found no room in the receive buffer.
    public var lost: UInt64 = 0
    /// How often the receive buffer was found to have been full (ENOBUFS).
    public var overflows: UInt64 = 0

    public init() {}

    mutating func count(_ kind: ConnectionEvent.Kind) {
        switch kind {
        case .new: new += 1
        case .updated: updated += 1
        case .destroyed: destroyed += 1
        }
    }
}
