// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

/// Records of other exporters, read as flows.
@Suite struct CapturedFlowTests {
    @Test("generated records as Antrea sends them: names, policies, and sums as the generator documents them")
    func antrea() throws {
        var decoding = Decoding()
        var flows: [FlowRecord] = []
        for message in try MessageStream.messages(ofFile: "ipfix/gen-antrea.ipfix") { flows += try decoding.flows(message) }
        #expect(flows.count == 102)
        let sum = { (field: FlowField) in flows.reduce(0) { $0 + ($1[unsigned: field] ?? 0) } }
        let packets: UInt64 = 55_955
        #expect(sum(.packetDeltaCount) == packets && sum(.octetDeltaCount) == packets * 700)
        #expect(sum(.packetTotalCount) == packets * 10 && sum(.octetTotalCount) == packets * 7000)
        #expect(sum(.reversePacketDeltaCount) == packets && sum(.reverseOctetDeltaCount) == packets * 1400)
        #expect(sum(.reversePacketTotalCount) == packets * 9 && sum(.reverseOctetTotalCount) == packets * 12_600)

        let first = try #require(flows.first)
        let text = { (field: FlowField) in first[name: field].map { decoding.names.text(of: $0) } }
        #expect(first[address: .sourceIPAddress]?.description == "10.10.1.171")
        #expect(first[address: .destinationIPAddress]?.description == "10.10.2.33")
        #expect(first[unsigned: .destinationTransportPort] == 8080 && first[unsigned: .protocolIdentifier] == 6)
        #expect(first[unsigned: .flowStartSeconds] == 1_795_461_436 && first[unsigned: .flowEndSeconds] == 1_795_461_496)
        #expect(text(.sourcePodName) == "client-169" && text(.sourcePodNamespace) == "lab" && text(.sourceNodeName) == "node1")
        #expect(text(.destinationPodName) == "web-31" && text(.destinationNodeName) == "node2")
        #expect(first[address: .destinationClusterIP]?.description == "10.96.0.10" && text(.destinationServicePortName) == "lab/web:http")
        #expect(text(.ingressNetworkPolicyName) == "allow-web-in" && text(.egressNetworkPolicyRuleName) == "out-rule-0")
        #expect(first[unsigned: .ingressNetworkPolicyType] == 1 && first[unsigned: .egressNetworkPolicyRuleAction] == 1)
        #expect(text(.tcpState) == "ESTABLISHED" && first[unsigned: .flowType] == 2)
        #expect(text(.egressName) == nil && text(.egressIP) == nil && !first.isKnown(.flowStartMilliseconds))
    }

    @Test("biflow records carry both directions")
    func biflow() throws {
        var decoding = Decoding()
        var flows: [FlowRecord] = []
        for message in try MessageStream.messages(ofFile: "ipfix/gen-biflow.ipfix") { flows += try decoding.flows(message) }
        #expect(flows.count == 105)
        for flow in flows {
            let packets = try #require(flow[unsigned: .packetDeltaCount])
            #expect(flow[unsigned: .octetDeltaCount] == packets * 700 && flow[unsigned: .reverseOctetDeltaCount] == packets * 1400)
            #expect(flow[unsigned: .reversePacketDeltaCount] == packets && flow[unsigned: .octetTotalCount] == nil)
            let start = try #require(flow[time: .flowStartMilliseconds]), end = try #require(flow[time: .flowEndMilliseconds])
            #expect(end - start == .seconds(5))
        }
    }

    @Test("pmacct's flows have addresses of both families and counters that another program read too")
    func pmacct() throws {
        var decoding = Decoding()
        var flows: [FlowRecord] = []
        for message in try Capture(fixture: "ipfix/pmacct-nfprobe-ipfix-udp.pcap").messages { flows += try decoding.flows(message) }
        #expect(flows.count == 49)
        #expect(Set(flows.compactMap { $0[address: .sourceIPAddress]?.family }) == [.v4, .v6])
        let web = try #require(flows.first { $0[unsigned: .sourceTransportPort] == 45770 })
        #expect(
            web[address: .sourceIPAddress]?.description == "fd10:10:1::2"
                && web[address: .destinationIPAddress]?.description == "fd10:10:1::3")
        #expect(web[unsigned: .packetDeltaCount] == 5 && web[unsigned: .octetDeltaCount] == 416 && web[unsigned: .protocolIdentifier] == 6)
        let echo = try #require(
            flows.first { $0[unsigned: .destinationTransportPort] == 5201 && $0[unsigned: .sourceTransportPort] == 51082 })
        #expect(echo[unsigned: .packetDeltaCount] == 522 && echo[unsigned: .octetDeltaCount] == 639_820)
    }
}
