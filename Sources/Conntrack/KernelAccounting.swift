// SPDX-License-Identifier: Apache-2.0

/// The kernel's switches for counters and times of connections, and how full its table is.
///
/// All of it is per network namespace, that of the calling thread. A switch counts for connections that begin afterwards;
/// those that exist stay without counters or times (Documentation/networking/nf_conntrack-sysctl.rst).
public struct KernelAccounting: Sendable, Hashable {
    private let directory: String

    public init() {
        self.init(directory: "/proc/sys/net/netfilter")
    }

    init(directory: String) {
        self.directory = directory
    }

    /// What can be switched on, named as its file.
    public enum Setting: String, Sendable, Hashable, CaseIterable {
        /// Packets and octets of both directions.
        case counters = "nf_conntrack_acct"
        /// Start and stop time.
        case timestamps = "nf_conntrack_timestamp"
        /// Events. By default the kernel keeps them for connections that began while someone listened.
        case events = "nf_conntrack_events"
    }

    /// Each setting is in exactly one of the three.
    public struct Report: Sendable, Hashable {
        public var alreadyOn: [Setting] = []
        public var switchedOn: [Setting] = []
        /// Those that stay off, with the reason and what to do about it.
        public var failed: [Setting: ConntrackError] = [:]

        public init() {}
    }

    /// Entries of the network namespace, and how many the machine holds before it drops packets of new connections.
    public struct Occupancy: Sendable, Hashable {
        public var count: Int
        public var maximum: Int

        public init(count: Int, maximum: Int) {
            self.count = count
            self.maximum = maximum
        }
    }

    /// Whether connections that begin now get what `setting` is for.
    public func isOn(_ setting: Setting) throws(ConntrackError) -> Bool {
        try file(setting.rawValue).read() != 0
    }

    /// Switches on what is off. A failure of one does not keep the others from being tried.
    public func switchOn(_ settings: [Setting] = Setting.allCases) -> Report {
        var report = Report()
        for setting in settings {
            do throws(ConntrackError) {
                if try isOn(setting) {
                    report.alreadyOn.append(setting)
                } else {
                    try file(setting.rawValue).write(1)
                    report.switchedOn.append(setting)
                }
            } catch {
                report.failed[setting] = error
            }
        }
        return report
    }

    public func occupancy() throws(ConntrackError) -> Occupancy {
        Occupancy(count: try file("nf_conntrack_count").read(), maximum: try file("nf_conntrack_max").read())
    }

    private func file(_ name: String) -> ControlFile {
        ControlFile(path: "\(directory)/\(name)")
    }
}
