// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import Testing

@testable import Conntrack

/// Against the running kernel, in network namespaces of the tests' own. As another user than root these fail and say so.
@Suite struct KernelConntrackLiveTests {
    @Test("entries made in the kernel come back field by field, with and without a zone filter")
    func poll() throws {
        let inserted = [Connection.sample(), .sample(zone: 0), .sample(zone: 7), .insertableV6, .echo]
        let polls = try inNewNetworkNamespace {
            try LabelRule.add()
            _ = KernelAccounting().switchOn()
            try insert(inserted)
            var kernel = try KernelConntrack()
            let choices: [[UInt16]?] = [nil, [65520, 65510], [4], [0, 7]]
            return try choices.map { zones in try Poll(of: &kernel, zones: zones) }
        }

        expectSame(polls[0].connections, inserted)
        #expect(polls[0].statistics.entries == 5 && polls[0].statistics.dumps == 1)

        expectSame(polls[1].connections, inserted.filter { $0.zone > 7 })
        #expect(polls[1].statistics.entries == 3 && polls[1].statistics.dumps == 2)

        #expect(polls[2].connections.isEmpty && polls[2].statistics.entries == 0)

        expectSame(polls[3].connections, inserted.filter { $0.zone <= 7 })
        #expect(polls[3].statistics.dumps == 1 && polls[3].statistics.otherZones == 3)

        #expect(polls.allSatisfy { $0.statistics.rejected == [:] && !$0.statistics.isInconsistent })
    }

    @Test("a table larger than a datagram is read completely, and without accounting nothing is counted")
    func large() throws {
        let inserted = (0..<2000).map { Connection.sample(sourcePort: 10_000 + $0) }
        let (poll, occupancy) = try inNewNetworkNamespace {
            for setting in KernelAccounting.Setting.allCases { try setting.write(0) }
            try insert(inserted)
            var kernel = try KernelConntrack()
            return (try Poll(of: &kernel, zones: [65520]), try KernelAccounting().occupancy())
        }
        #expect(poll.statistics.entries == 2000 && poll.statistics.rejected == [:])
        #expect(Set(poll.connections.map(\.original)) == Set(inserted.map(\.original)))
        #expect(Set(poll.connections.map(\.id)).count == 2000)
        #expect(poll.connections.allSatisfy { $0.counters == nil && $0.start == nil })
        #expect(occupancy.count == 2000 && occupancy.maximum >= 2000)
    }

    @Test("without CAP_NET_ADMIN a poll says what it needs")
    func notPermitted() throws {
        let error = try inNewNetworkNamespace { () throws -> ConntrackError? in
            try dropCapabilities()
            do throws(ConntrackError) {
                var kernel = try KernelConntrack()
                var connections: [Connection] = []
                _ = try kernel.poll(into: &connections)
                return nil
            } catch {
                return error
            }
        }
        #expect(error == .refused(.dump, errno: EPERM))
        #expect(error?.description.contains("needs CAP_NET_ADMIN") == true)
    }

    @Test("a setting that is off is switched on, and is then already on")
    func accounting() throws {
        let reports = try inNewNetworkNamespace {
            let accounting = KernelAccounting()
            for setting in KernelAccounting.Setting.allCases { try setting.write(0) }
            return [accounting.switchOn([.timestamps]), accounting.switchOn(), accounting.switchOn()]
        }
        #expect(reports.map(\.switchedOn) == [[.timestamps], [.counters, .events], []])
        #expect(reports.map(\.alreadyOn) == [[], [.timestamps], [.counters, .timestamps, .events]])
        #expect(reports.allSatisfy { $0.failed == [:] })
    }

    @Test("a setting that may not be switched on is reported, with what to do, and the other is tried")
    func accountingNotPermitted() throws {
        let directory = try LinkedSettings(counters: "nf_conntrack_count", timestamps: "nf_conntrack_timestamp")
        defer { withExtendedLifetime(directory) {} }
        let accounting = KernelAccounting(directory: directory.path)
        let report = try inNewNetworkNamespace { accounting.switchOn([.counters, .timestamps]) }
        let path = "\(directory.path)/nf_conntrack_acct"
        #expect(report.alreadyOn + report.switchedOn == [.timestamps])
        #expect(report.failed == [.counters: .refused(.write(path: path), errno: EACCES)])
        #expect(report.failed[.counters]?.description.contains("set \(path) to 1 before the start") == true)
    }

    @Test("a thread enters the namespace of another and sees its table")
    func enterNamespace() throws {
        let counts = try inNewNetworkNamespace {
            try insert([.sample()])
            // Safe: Swift ends the path with a zero and keeps it for the time of the call.
            let namespace = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
            defer { close(namespace) }
            return try inNewNetworkNamespace {
                let before = try KernelAccounting().occupancy().count
                try NetworkNamespace.enter(path: "/proc/self/fd/\(namespace)")
                return [before, try KernelAccounting().occupancy().count]
            }
        }
        #expect(counts == [0, 1])
    }

    @Test("what is opened inside a namespace stays there, and the thread comes back")
    func insideNamespace() throws {
        let counts = try inNewNetworkNamespace {
            try insert([.sample()])
            // Safe: Swift ends the path with a zero and keeps it for the time of the call.
            let namespace = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
            defer { close(namespace) }
            return try inNewNetworkNamespace {
                var there = try NetworkNamespace.inside("/proc/self/fd/\(namespace)") { () throws(ConntrackError) in
                    try KernelConntrack()
                }
                #expect(throws: ConntrackError.closed) {
                    try NetworkNamespace.inside("/proc/self/fd/\(namespace)") { () throws(ConntrackError) in throw .closed }
                }
                var connections: [Connection] = []
                _ = try there.poll(into: &connections)
                return [connections.count, Int(try there.statistics().entries), try KernelAccounting().occupancy().count]
            }
        }
        #expect(counts == [1, 1, 0])
    }

    @Test("a name without a slash is one that ip netns keeps")
    func names() {
        #expect(NetworkNamespace.path(of: "blue") == "/run/netns/blue")
        #expect(NetworkNamespace.path(of: "/proc/1/ns/net") == "/proc/1/ns/net")
        #expect(throws: ConntrackError.refused(.enterNamespace(path: "/run/netns/no-such"), errno: ENOENT)) {
            try NetworkNamespace.inside("no-such") { () throws(ConntrackError) in }
        }
    }

    @Test("what is not a namespace cannot be entered")
    func notANamespace() {
        #expect(throws: ConntrackError.refused(.enterNamespace(path: "/run/netns/no-such"), errno: ENOENT)) {
            try NetworkNamespace.enter(path: "/run/netns/no-such")
        }
        #expect(throws: ConntrackError.refused(.enterNamespace(path: "/dev/null"), errno: EINVAL)) {
            try onThreadOfItsOwn { try NetworkNamespace.enter(path: "/dev/null") }
        }
    }
}

/// What one poll brought.
private struct Poll: Sendable {
    var connections: [Connection] = []
    let statistics: DumpStatistics

    init(of kernel: inout KernelConntrack, zones: [UInt16]?) throws {
        statistics = try kernel.poll(zones: zones, into: &connections)
    }
}

extension KernelAccounting.Setting {
    fileprivate func write(_ number: Int) throws {
        try ControlFile(path: "/proc/sys/net/netfilter/\(rawValue)").write(number)
    }
}

/// A directory whose settings are other files of the kernel: one that is always read-only stands for a read-only /proc/sys.
private final class LinkedSettings {
    let path: String

    // Safe in this class: each path ends with a zero, for the time of the call.
    init(counters: String, timestamps: String) throws {
        path = "/tmp/weir-conntrack-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard unsafe mkdir(path, 0o700) == 0 else { throw ThreadFailure(what: "mkdir \(path)", errno: errno) }
        for (setting, file) in [(KernelAccounting.Setting.counters, counters), (.timestamps, timestamps)] {
            let code = unsafe symlink("/proc/sys/net/netfilter/\(file)", "\(path)/\(setting.rawValue)")
            guard code == 0 else { throw ThreadFailure(what: "symlink in \(path)", errno: errno) }
        }
    }

    deinit {
        for setting in KernelAccounting.Setting.allCases { _ = unsafe unlink("\(path)/\(setting.rawValue)") }
        _ = unsafe rmdir(path)
    }
}
