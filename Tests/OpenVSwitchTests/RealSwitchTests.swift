// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

/// The connection table of a running Open vSwitch, through what happens to it in operation.
@Suite struct RealSwitchTests {
    private static let flows = [
        "table=0,priority=1,udp,actions=ct(commit,zone=65520,table=1,exec(load:3->NXM_NX_CT_MARK[]))", "table=1,actions=NORMAL",
    ]

    private func tracker(_ ovs: RealSwitch) -> OVSConntrack {
        OVSConntrack(client: UnixctlClient(runDirectory: ovs.directory.path))
    }

    private func connect(_ ovs: RealSwitch, _ ports: ClosedRange<Int>) throws {
        for port in ports { try ovs.receive(port: 1, from: "10.0.0.1", port, to: "10.0.0.2", 53) }
    }

    @Test("a daemon that is killed fails one poll, and is found again under its new socket")
    func restart() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        let conntrack = tracker(ovs)
        try connect(ovs, 1000...1004)
        var connections: [Connection] = []
        let statistics = try conntrack.poll(into: &connections)
        #expect(connections.count == 5 && statistics.expectedConnections == 5 && statistics.isWhole)
        #expect(connections.allSatisfy { $0.zone == 65520 && $0.mark == 3 && $0.counters == nil && $0.protocolIdentifier == 17 })
        #expect(statistics.stall > .zero && statistics.stall <= statistics.duration)

        ovs.killDaemon()
        #expect(throws: OpenVSwitchError.self) { try conntrack.poll(into: &connections) }
        #expect(connections.isEmpty)
        try ovs.startDaemon()
        _ = try conntrack.poll(into: &connections)
        #expect(connections.isEmpty, "the table went with the daemon")
        try ovs.replaceFlows(Self.flows)
        try connect(ovs, 2000...2002)
        _ = try conntrack.poll(into: &connections)
        #expect(Set(connections.map(\.original.sourcePort)) == [2000, 2001, 2002])
    }

    @Test("a table that is flushed is empty, and one that is full refuses and says how often")
    func flushAndRefill() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        let conntrack = tracker(ovs)
        try connect(ovs, 1000...1009)
        var connections: [Connection] = []
        _ = try conntrack.poll(into: &connections)
        #expect(connections.count == 10)
        try ovs.appctl("dpctl/flush-conntrack")
        _ = try conntrack.poll(into: &connections)
        #expect(connections.isEmpty)
        #expect(try conntrack.tableUse() == ConntrackTableUse(connections: 0, maximum: 3_000_000, refused: 0))

        try ovs.appctl("dpctl/ct-set-maxconns", "4")
        try connect(ovs, 3000...3009)
        _ = try conntrack.poll(into: &connections)
        #expect(connections.count == 4)
        #expect(try conntrack.tableUse() == ConntrackTableUse(connections: 4, maximum: 4, refused: 6))
    }

    @Test("connections are handed over as they are read, and those beyond the capacity are counted")
    func streamed() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        try connect(ovs, 1000...1019)
        let conntrack = OVSConntrack(client: UnixctlClient(runDirectory: ovs.directory.path), datapath: "dummy@ovs-dummy", capacity: 15)
        var taken = 0
        let statistics = try conntrack.poll { _ in taken += 1 }
        #expect(taken == 15 && statistics.lines.beyondCapacity == 5 && !statistics.isWhole)
        let wrong = OVSConntrack(client: UnixctlClient(runDirectory: ovs.directory.path), datapath: "system@ovs-system")
        #expect(throws: OpenVSwitchError.self) { try wrong.poll { _ in } }
    }
}
