// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Metering
import PacketCapture
import Testing

/// Real traffic, with what tshark counts of it.
@Suite struct MeteringFileTests {
    private func metering(filter: String? = nil) throws -> Metering {
        let file = try CaptureFile(InputFile(path: Fixture.path("capture/two-hosts.pcap")))
        if let filter { try file.setFilter(filter) }
        var frames: [Frame] = []
        var frame = Frame.empty
        while try file.read(into: &frame) { frames.append(frame) }
        return Metering(frames)
    }

    @Test("every frame of a capture is counted, also where it was cut")
    func everyFrame() throws {
        let metering = try metering()
        // tshark -z io,phs: 258 frames, of which 2 are of ARP.
        #expect(metering.statistics.metered == 256 && metering.statistics.notIP == 2 && metering.statistics.malformed == 0)
        #expect(metering.connections.count == 38)
        let packets = metering.connections.reduce(0) { sum, one in
            sum + (one.connection.counters?.packets ?? 0) + (one.connection.counters?.reversePackets ?? 0)
        }
        #expect(packets == 256)
    }

    @Test("a pair of ports that was used three times is three connections, as it is for tshark")
    func reusedPorts() throws {
        // tshark -z conv,tcp: 5 and 4 frames each.
        let metering = try metering(filter: "tcp port 40404")
        #expect(metering.connections.map(\.connection.counters?.packets) == [5, 5, 5])
        #expect(metering.connections.map(\.connection.counters?.reversePackets) == [4, 4, 4])
        #expect(metering.states == [.close, .close, .close])
        // All within a millisecond, and yet told from each other.
        #expect(Set(metering.connections.map(\.connection.start)).count == 3)
        // 66 and 74 octets of layer 2 are 52 and 60 of layer 3: frames of Ethernet have 14 more.
        for one in metering.connections { #expect(one.frameOctets == (one.connection.counters?.octets ?? 0) + 70) }
    }

    @Test("a filter passes over what does not match, and says what is wrong with it")
    func filter() throws {
        #expect(try metering(filter: "icmp[0] = 8 or icmp[0] = 0").connections.allSatisfy { $0.connection.protocolIdentifier == 1 })
        #expect(throws: CaptureError.self) { try metering(filter: "prt 80") }
        let file = try CaptureFile(InputFile(path: Fixture.path("capture/two-hosts.pcap")))
        do throws(CaptureError) {
            try file.setFilter("prt 80")
        } catch {
            #expect(error.description.contains("'prt 80'") && error.description.contains("syntax error"))
        }
        var frame = Frame.empty
        while try file.read(into: &frame) {}
        #expect(try file.position == Fixture.octets("capture/two-hosts.pcap").count)
    }
}
