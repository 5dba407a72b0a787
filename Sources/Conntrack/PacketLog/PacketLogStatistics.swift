// SPDX-License-Identifier: Apache-2.0

/// What came of a log group since its reading began. Every packet that the kernel logged is in exactly one of `denied`, `allowed`,
/// `overRate`, `rejected` and, as far as sequence numbers show it, `lost`.
public struct PacketLogStatistics: Sendable, Hashable {
    /// Handed over.
    public var denied: UInt64 = 0
    /// Of rules whose prefix says that they let packets pass.
    public var allowed: UInt64 = 0
    /// Left out because more came than the rate allows.
    public var overRate: UInt64 = 0
    /// Malformed messages and packets, by reason.
    public var rejected: [RejectionReason: Int] = [:]
    /// Packets that found no room in the receive buffer.
    public var lost: UInt64 = 0
    /// How often the receive buffer was found to have been full (ENOBUFS).
    public var overflows: UInt64 = 0

    public init() {}
}
