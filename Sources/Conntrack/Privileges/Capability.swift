// SPDX-License-Identifier: Apache-2.0

/// What a thread may do beyond its user's rights; those that metering may need (linux/capability.h).
public enum Capability: UInt8, Sendable, Hashable, CaseIterable {
    /// To open files of other users, such as the sockets of an Open vSwitch that runs as a user of its own.
    case overrideFilePermissions = 1
    /// For each request to the kernel's connection tracking, to subscribe to its events, and to switch on what it counts.
    case networkAdministration = 12
    /// To capture packets; once, when a capture is opened.
    case rawNetwork = 13
    /// To enter another network namespace; once, at the start.
    case systemAdministration = 21

    public var name: String {
        switch self {
        case .overrideFilePermissions: "CAP_DAC_OVERRIDE"
        case .networkAdministration: "CAP_NET_ADMIN"
        case .rawNetwork: "CAP_NET_RAW"
        case .systemAdministration: "CAP_SYS_ADMIN"
        }
    }
}
