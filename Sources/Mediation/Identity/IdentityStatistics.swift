// SPDX-License-Identifier: Apache-2.0

/// What is known of the cluster at present, and what there was no room for.
public struct IdentityStatistics: Sendable, Hashable {
    /// Objects that there are.
    public var pods = 0, services = 0, nodes = 0
    /// Addresses of which is known whose they are or were.
    public var addresses = 0
    /// Addresses that nobody had any more, forgotten for others.
    public var evicted: UInt64 = 0
    /// How often an address had no room; whom it belongs to is then not known.
    public var refused: UInt64 = 0
    /// How often an object was passed over because the table of names had no room for its name.
    public var unnamed: UInt64 = 0
}
