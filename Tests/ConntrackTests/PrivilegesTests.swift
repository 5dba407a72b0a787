// SPDX-License-Identifier: Apache-2.0

import Glibc
import Metering
import Testing

@testable import Conntrack

/// On threads and in network namespaces of the tests' own. As another user than root these fail and say so.
@Suite struct PrivilegesTests {
    @Test("a user without other rights meters the kernel with CAP_NET_ADMIN alone")
    func netAdminAlone() throws {
        let (report, polled, events, switchedOn, entries) = try inNewNetworkNamespace {
            try LabelRule.add()
            try becomeNobody()
            let report = try Privileges.restrict(to: [.networkAdministration])
            let switchedOn = KernelAccounting().switchOn().switchedOn
            var listener = try KernelConntrackEvents(receiveBuffer: 33 << 20, patience: .milliseconds(1))
            try insert([.sample()])
            var kernel = try KernelConntrack()
            var polled: [Connection] = []
            _ = try kernel.poll(zones: [65520], into: &polled)
            var events: [ConnectionEvent] = []
            _ = try listener.read(upTo: 10, into: &events)
            #expect(listener.receiveBuffer == 33 << 20)
            return (report, polled, events, switchedOn, try kernel.statistics().entries)
        }
        #expect(report.kept == [.networkAdministration] && report.missing == [])
        #expect(polled.count == 1 && polled.first?.counters != nil && polled.first?.start != nil)
        #expect(events.map(\.kind) == [.new] && entries == 1)
        #expect(switchedOn.contains(.counters) && switchedOn.contains(.timestamps))
    }

    @Test("what was given up is gone, for the sockets that are open as well")
    func givenUp() throws {
        let errors = try inNewNetworkNamespace { () throws -> [ConntrackError?] in
            var kernel = try KernelConntrack()
            let report = try Privileges.restrict(to: [])
            #expect(report.kept == [] && report.missing == [])
            // The other threads of the tests keep what they have.
            #expect(report.threadsWithMore > 0)
            return [
                error { () throws(ConntrackError) in _ = try kernel.poll { _ in } },
                error { () throws(ConntrackError) in try NetworkNamespace.enter(path: "/proc/self/ns/net") },
            ]
        }
        #expect(errors.first == .refused(.dump, errno: EPERM))
        #expect(errors.last == .refused(.enterNamespace(path: "/proc/self/ns/net"), errno: EPERM))
    }

    @Test("what is not there cannot be kept, and is told")
    func missing() throws {
        let report = try onThreadOfItsOwn {
            try Privileges.restrict(to: [.rawNetwork])
            return try Privileges.restrict(to: [.networkAdministration, .rawNetwork])
        }
        #expect(report.kept == [.rawNetwork])
        #expect(report.missing == [.networkAdministration])
    }

    @Test("a status without capabilities is none", arguments: ["", "CapPrm:\t00ff\n", "CapPrm:\tx\nCapEff:\ty\n", "Cap", ":\n:"])
    func notAStatus(text: String) {
        #expect(CapabilitySets(status: text) == nil)
    }

    @Test("capabilities are read from a thread's status")
    func status() {
        let sets = CapabilitySets(status: "Name:\tx\nCapInh:\t0000000000000000\nCapPrm:\t0000000000001002\nCapEff:\t0000000000001000\n")
        #expect(sets?.permitted == 0x1002 && sets?.effective == 0x1000)
        #expect(CapabilitySets.ofAllThreads().count > 1)
    }

    private func error(_ body: () throws(ConntrackError) -> Void) -> ConntrackError? {
        do throws(ConntrackError) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
