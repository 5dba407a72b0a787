// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

/// Messages of other people's exporters.
@Suite struct CapturedMessageTests {
    private struct Summary {
        var flows = 0, options = 0, templates = 0, withoutTemplate = 0
        var sequences: [SequenceTracker.Verdict] = []
        var domains: Set<UInt32> = []

        init(_ messages: [[UInt8]]) throws {
            var decoder = MessageDecoder()
            for octets in messages {
                let message = try decoder.decode(octets)
                flows += message.dataSets.filter { !$0.template.isOptionsTemplate }.reduce(0) { $0 + $1.recordCount }
                options += message.dataSets.filter(\.template.isOptionsTemplate).reduce(0) { $0 + $1.recordCount }
                templates += message.templatesReceived
                withoutTemplate += message.setsWithoutTemplate
                sequences.append(message.sequence)
                domains.insert(message.header.observationDomainID)
            }
        }
    }

    @Test("generated files read in order, without loss", arguments: [("gen-std4", 116), ("gen-biflow", 105), ("gen-antrea", 102)])
    func generated(name: String, records: Int) throws {
        let summary = try Summary(MessageStream.messages(ofFile: "ipfix/\(name).ipfix"))
        #expect(summary.flows == records && summary.templates == 1 && summary.withoutTemplate == 0)
        #expect(summary.sequences.dropFirst().allSatisfy { $0 == .inOrder })
    }

    @Test("softflowd over UDP: four templates, an options template, one options record, 43 flows")
    func softflowd() throws {
        let capture = try Capture(fixture: "ipfix/softflowd-ipfix-udp.pcap")
        #expect(capture.datagrams.count == 7 && capture.datagrams.allSatisfy { $0.destinationPort == 4739 })
        let summary = try Summary(capture.messages)
        #expect(summary.flows == 43 && summary.options == 1 && summary.templates == 5 && summary.withoutTemplate == 0)
    }

    @Test("softflowd over TCP: messages cut from the stream, both directions in a record")
    func softflowdOverTCP() throws {
        let capture = try Capture(fixture: "ipfix/softflowd-ipfix-biflow-tcp.pcap")
        #expect(capture.datagrams.isEmpty && capture.segments.allSatisfy { $0.destinationPort == 4741 })
        let summary = try Summary(capture.messages)
        #expect(summary.flows == 24 && summary.options == 1 && summary.templates == 5 && summary.withoutTemplate == 0)
    }

    @Test("pmacct's nfprobe over UDP: 49 flows, no loss")
    func pmacct() throws {
        let summary = try Summary(Capture(fixture: "ipfix/pmacct-nfprobe-ipfix-udp.pcap").messages)
        #expect(summary.flows == 49 && summary.templates == 4 && summary.withoutTemplate == 0)
        #expect(summary.sequences.dropFirst().allSatisfy { $0 == .inOrder })
    }

    @Test("Open vSwitch: two nodes, many templates, several sets in a message")
    func openVSwitch() throws {
        let messages = try Capture(fixture: "ipfix/ovs-bridge-ipfix.pcap").messages
        #expect(messages.count == 383)
        let summary = try Summary(messages)
        // What its exporter says of itself comes in domain 0.
        #expect(summary.domains == [0, 101, 102])
        #expect(summary.flows == 343 && summary.options == 2 && summary.templates == 178 && summary.withoutTemplate == 0)
    }
}
