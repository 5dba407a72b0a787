// SPDX-License-Identifier: Apache-2.0

/// The state of the kernel's connection tracking at one moment, in one network namespace.
public struct ConntrackStatistics: Sendable, Hashable {
    /// Entries in the table now.
    public var entries: UInt32
    /// How many the table holds before it drops packets of new connections; nil before Linux 5.9. One value for the machine, which
    /// every network namespace may reach by itself.
    public var maximum: UInt32?
    /// What each CPU has counted since the network namespace began, modulo 2^32.
    public var cpus: [UInt16: [ConntrackCounter: UInt32]]

    public init(entries: UInt32 = 0, maximum: UInt32? = nil, cpus: [UInt16: [ConntrackCounter: UInt32]] = [:]) {
        self.entries = entries
        self.maximum = maximum
        self.cpus = cpus
    }

    /// How much of the table is in use, 0 to 1; nil where the maximum is not known.
    public var use: Double? {
        maximum.flatMap { $0 == 0 ? nil : Double(entries) / Double($0) }
    }
}
