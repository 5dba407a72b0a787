// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

@testable import weir

@Suite("statistics from exporter to store", .serialized)
struct StatisticsPipelineTests {
    /// What a switch counted after a minute, as a recording has it.
    private static let counted = """
        at 2036-01-01T00:00:00.000Z
        rules 2
        node=node1 rule=101 direction=ingress action=allow from=2035-12-31T23:59:00.000Z time=2036-01-01T00:00:00.000Z growth=4/40/4000 total=5/50/5000
        node=node1 rule=666 direction=ingress action=drop from=2035-12-31T23:59:00.000Z time=2036-01-01T00:00:00.000Z growth=3/3/180 total=3/3/180
        ports 1
        node=node1 number=10 interface=client-1-abc pod=client-1 namespace=lab from=2035-12-31T23:59:00.000Z time=2036-01-01T00:00:00.000Z growth=9/8/900/800/1/0/-/- total=90/80/9000/8000/1/0/-/-

        """

    /// The demonstration's recording of node1, and after it what the switch counted.
    private func recording(in cluster: Cluster) throws -> String {
        let folder = "\(cluster.folder)/recorded"
        #expect(try Program(path: "/bin/cp").run(["-r", "\(Cluster.recordings)/node1", folder]).status == 0)
        guard let file = unsafe fopen("\(folder)/recording.txt", "a") else { throw Program.Failure(what: "no recording", code: errno) }
        unsafe fputs(Self.counted, file)
        unsafe fclose(file)
        return folder
    }

    private func replay(_ cluster: Cluster, _ arguments: [String] = []) throws {
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        let exporter = try cluster.start(
            "weir-exporter",
            [
                "--source", "replay:\(try recording(in: cluster))", "--node-name", "node1", "--rules", "\(Cluster.recordings)/rules.yaml",
                "--collector", endpoint, "--insecure",
            ] + arguments, log: "node1")
        #expect(exporter.wait(atMost: .seconds(10)) == 0, "\(exporter.logText)")
        #expect(try cluster.stopAggregator() == 0)
    }

    @Test("what policy rules, ports and processes counted is in the store, under names")
    func stored() throws {
        let cluster = try Cluster()
        try replay(cluster)
        #expect(
            try cluster.count(
                "SELECT count(*) FROM policy_rules WHERE sourceNodeName = 'node1' AND commonPropertiesId = 101"
                    + " AND ingressNetworkPolicyName = 'allow-web-in' AND ingressNetworkPolicyRuleAction = 1"
                    + " AND deltaFlowCount = 4 AND packetDeltaCount = 40 AND octetTotalCount = 5000") == 1)
        #expect(
            try cluster.count(
                "SELECT count(*) FROM policy_rules WHERE commonPropertiesId = 666 AND ingressNetworkPolicyRuleAction = 2"
                    + " AND packetDeltaCount = 3") == 1)
        #expect(
            try cluster.count(
                "SELECT count(*) FROM ports WHERE sourcePodName = 'client-1' AND octetDeltaCount = 900 AND reverseOctetDeltaCount = 800"
                    + " AND droppedPacketDeltaCount = 1 AND ignoredPacketTotalCount IS NULL") == 1)
        #expect(
            try cluster.count("SELECT observedFlowTotalCount FROM exporters")
                >= (try cluster.count("SELECT count(*) FROM connections WHERE ingressNetworkPolicyRuleAction IS NOT 2")) / 2)
        #expect(try cluster.count("SELECT notSentFlowTotalCount FROM exporters") == 0)
        #expect(try cluster.count("SELECT count(*) FROM statistics WHERE name = 'connectionsRefused' AND value = 0") == 1)
        #expect(try cluster.count("SELECT sum(lost) + sum(malformed) + sum(refused) + sum(setsWithoutTemplate) FROM exporters") == 0)
    }

    @Test("the reference's profile sends flows alone")
    func reference() throws {
        let cluster = try Cluster()
        try replay(cluster, ["--profile", "antrea"])
        #expect(try cluster.count("SELECT (SELECT count(*) FROM policy_rules) + (SELECT count(*) FROM ports)") == 0)
        #expect(try cluster.count("SELECT count(*) FROM statistics WHERE exporter <> 'aggregator'") == 0)
        #expect(try cluster.count("SELECT sum(lost) + sum(malformed) + sum(refused) + sum(setsWithoutTemplate) FROM exporters") == 0)
    }
}
