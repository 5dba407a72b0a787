// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Conntrack

@Suite struct KernelAccountingTests {
    @Test("without connection tracking each setting fails on its own, and says what to load")
    func missing() {
        let report = KernelAccounting(directory: "/proc/sys/no-such").switchOn()
        #expect(report.alreadyOn == [] && report.switchedOn == [])
        #expect(
            report.failed == [
                .counters: .refused(.read(path: "/proc/sys/no-such/nf_conntrack_acct"), errno: ENOENT),
                .timestamps: .refused(.read(path: "/proc/sys/no-such/nf_conntrack_timestamp"), errno: ENOENT),
                .events: .refused(.read(path: "/proc/sys/no-such/nf_conntrack_events"), errno: ENOENT),
            ])
        #expect(report.failed.values.allSatisfy { $0.description.contains("modprobe nf_conntrack") })
    }

    @Test("a file that holds no number is told by its path and text")
    func notANumber() {
        #expect(throws: ConntrackError.notANumber(path: "/proc/sys/kernel/ostype", text: "Linux")) {
            try ControlFile(path: "/proc/sys/kernel/ostype").read()
        }
    }

    @Test("a file that cannot be written is an error", arguments: ["/proc/sys/kernel/ostype", "/proc/self"])
    func unwritable(path: String) {
        #expect(throws: ConntrackError.self) { try ControlFile(path: path).write(1) }
    }

    @Test(
        "errors say what happened, where, and what to do",
        arguments: [
            (ConntrackError.refused(.dump, errno: EPERM), "Reading kernel connection tracking needs CAP_NET_ADMIN"),
            (.refused(.write(path: "/proc/x"), errno: EROFS), "set /proc/x to 1 before the start"),
            (.refused(.openSocket, errno: EPROTONOSUPPORT), "modprobe nf_conntrack_netlink"),
            (.refused(.enterNamespace(path: "/p"), errno: EPERM), "CAP_SYS_ADMIN"),
            (.refused(.receive, errno: 9999), "errno 9999"),
            (.timedOut(after: .seconds(5)), "5.0 seconds"),
        ])
    func sentences(error: ConntrackError, part: String) {
        #expect("\(error)".contains(part))
    }
}
