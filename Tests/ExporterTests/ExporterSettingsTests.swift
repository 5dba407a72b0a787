// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import IPFIX
import Metering
import OpenVSwitch
import Testing

@testable import weir_exporter

@Suite struct ExporterSettingsTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func configuration(_ arguments: [String]) throws -> ExporterConfiguration {
        try ExporterConfiguration(try ExporterOptions.parse(arguments + ["--insecure"]))
    }

    @Test("filters of the command line reach the metering")
    func filters() throws {
        let metering = try configuration([
            "--protocol", "tcp", "--protocol", "SCTP", "--network", "10.10.0.0/16", "--exclude-network", "10.96.0.0/12", "--gateway",
            "10.10.1.1", "--no-external-clients", "--capacity", "1000",
        ]).metering
        #expect(metering.protocols == [6, 132] && metering.networks.map(\.description) == ["10.10.0.0/16"])
        #expect(metering.excludedNetworks.map(\.description) == ["10.96.0.0/12"] && metering.gateways == [IPAddress(v4: 0x0A0A_0101)])
        #expect(!metering.recoversExternalClients && metering.capacity == 1000)
    }

    @Test("filters of a file reach the metering, and the command line wins")
    func file() throws {
        let path = try folder.write(
            "exporter.yaml", "protocol: [udp, 132]\nnetwork: 10.0.0.0/8\nno-external-clients: true\ncapacity: 7\nnflog-group: 5\n")
        let fromFile = try configuration(["--config", path])
        #expect(fromFile.metering.protocols == [17, 132] && fromFile.metering.networks.count == 1 && fromFile.metering.capacity == 7)
        #expect(!fromFile.metering.recoversExternalClients && fromFile.nflogGroup == 5)
        #expect(try configuration(["--config", path, "--protocol", "tcp"]).metering.protocols == [6])
    }

    @Test("by default all is metered, zone 0 is read too, and events are listened to")
    func defaults() throws {
        let configuration = try configuration([])
        #expect(configuration.metering.protocols == nil && configuration.zonesToRead == [0, 65510, 65520])
        #expect(configuration.listensToEvents && configuration.replayPace == .unlimited && configuration.onceFormat == .table)
        #expect(try self.configuration(["--zone", "all"]).zonesToRead.isEmpty)
    }

    @Test("the tables, cookie and layout of policy rules are Antrea's unless told otherwise")
    func policyFlows() throws {
        let antrea = try configuration([]).policyFlows
        #expect(antrea.layout == .antrea && antrea.tables == [] && antrea.directions == [40: .egress, 70: .ingress])
        let moved = try configuration(["--policy-table", "44=egress", "--policy-table", "45", "--policy-cookie", "0x20000/0xff0000"])
            .policyFlows
        #expect(moved.tables == [44, 45] && moved.directions == [44: .egress] && moved.cookie == 0x20000 && moved.cookieMask == 0xFF0000)
        let path = try folder.write("exporter.yaml", "policy-layout: cookie\npolicy-table: [8=ingress, 9]\n")
        let cookies = try configuration(["--config", path]).policyFlows
        #expect(cookies.layout == .cookie && cookies.tables == [8, 9] && cookies.cookieMask == 0)
        let problems =
            #expect(throws: ConfigurationProblems.self) {
                try configuration(["--policy-table", "255", "--policy-cookie", "1/2/3", "--policy-layout", "ovn"])
            }?.problems ?? []
        #expect(problems.compactMap(\.key).sorted() == ["policy-cookie", "policy-layout", "policy-table"])
        #expect(throws: ConfigurationProblems.self) { try configuration(["--policy-layout", "cookie"]) }
    }

    @Test("every problem is told at once")
    func problems() throws {
        let problems =
            #expect(throws: ConfigurationProblems.self) {
                try configuration([
                    "--protocol", "tpc", "--network", "10.0.0.0/33", "--gateway", "gw", "--capacity", "0", "--replay-speed", "2",
                    "--output",
                    "xml", "--netns", "blue",
                ])
            }?.problems ?? []
        #expect(Set(problems.compactMap(\.key)) == ["protocol", "network", "gateway", "capacity", "replay-speed", "output", "netns"])
        #expect(problems.allSatisfy { $0.remedy != nil })
    }
}
