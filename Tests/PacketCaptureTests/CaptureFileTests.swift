// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import PacketCapture
import Testing

/// Real files, read by libpcap.
@Suite struct CaptureFileTests {
    private func messages(of input: InputFile) throws -> (messages: [[UInt8]], statistics: CaptureStatistics) {
        let file = try CaptureFile(input)
        var capture = MessageCapture()
        var frame = Frame.empty
        while try file.read(into: &frame) { capture.receive(frame) }
        capture.finish()
        let messages = capture.takeEvents().compactMap { event in
            if case .message(let message) = event { message.octets } else { nil }
        }
        return (messages, capture.statistics)
    }

    @Test(
        "captures of foreign exporters hold the messages that a plain walk finds",
        arguments: ["softflowd-ipfix-udp", "softflowd-ipfix-biflow-tcp", "pmacct-nfprobe-ipfix-udp", "ovs-bridge-ipfix"])
    func fixtures(name: String) throws {
        let expected = try Capture(fixture: "ipfix/\(name).pcap").messages
        let found = try messages(of: InputFile(path: Fixture.path("ipfix/\(name).pcap")))
        #expect(found.messages == expected && !expected.isEmpty)
        #expect(found.statistics.cutFrames == 0 && found.statistics.malformedPackets == 0)
    }

    @Test("a file in memory is read as one on disk, and its beginning stays to be read")
    func memory() throws {
        let octets = try Fixture.octets("ipfix/softflowd-ipfix-udp.pcap")
        let input = try InputFile(octets: octets, name: "memory")
        #expect(CaptureFile.recognizes(input.beginning(4)))
        #expect(input.beginning(16) == Array(octets.prefix(16)))
        #expect(try messages(of: input).messages == Capture(fixture: "ipfix/softflowd-ipfix-udp.pcap").messages)
        let whole = try InputFile(octets: octets, name: "memory")
        #expect(whole.beginning(4) == Array(octets.prefix(4)))
        #expect(try whole.read(atMost: 1 << 20) == octets)
        #expect(try whole.read(atMost: 1).isEmpty)
    }

    @Test("frames carry number, time, and length")
    func frames() throws {
        let file = try CaptureFile(InputFile(path: Fixture.path("ipfix/softflowd-ipfix-udp.pcap")))
        #expect(file.linkType == .ethernet)
        var frame = Frame.empty
        #expect(try file.read(into: &frame))
        #expect(frame.number == 1 && frame.originalLength == frame.octets.count && !frame.isCut)
        #expect(frame.time > Timestamp(seconds: 1_700_000_000))
    }

    @Test("a file cut at any octet gives what was whole, and says where it ends")
    func cut() throws {
        let octets = try Fixture.octets("ipfix/softflowd-ipfix-udp.pcap")
        for length in stride(from: 0, to: octets.count, by: 97) {
            do {
                let file = try CaptureFile(InputFile(octets: Array(octets.prefix(length)), name: "cut"))
                var frame = Frame.empty
                while try file.read(into: &frame) {}
            } catch {
                #expect("\(error)".hasPrefix("cut "), "\(error)")
            }
        }
    }

    @Test("what is not there or no capture is an error with the file's name")
    func errors() throws {
        #expect(throws: CaptureError.cannotOpen(file: "/nowhere", code: 2)) { try InputFile(path: "/nowhere") }
        #expect(throws: CaptureError.cannotOpen(file: "/tmp", code: 21)) { try InputFile(path: "/tmp") }
        let error = #expect(throws: CaptureError.self) { try CaptureFile(InputFile(octets: [1, 2, 3], name: "three")) }
        #expect(error?.description.hasPrefix("three is not a capture that can be read: ") == true)
        #expect(throws: CaptureError.self) { try CaptureFile(InputFile(octets: [], name: "nothing")) }
    }

    @Test("only captures are taken for captures")
    func magic() throws {
        #expect(!CaptureFile.recognizes([0, 10, 0, 40]) && !CaptureFile.recognizes([0xA1, 0xB2]) && !CaptureFile.recognizes([]))
        #expect(CaptureFile.recognizes([0x0A, 0x0D, 0x0D, 0x0A]) && CaptureFile.recognizes([0x4D, 0x3C, 0xB2, 0xA1]))
    }
}
