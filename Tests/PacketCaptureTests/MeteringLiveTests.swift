// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import PacketCapture
import Testing

/// The loopback interface, which needs CAP_NET_RAW.
@Suite struct MeteringLiveTests {
    /// A UDP socket of the loopback interface that sends to itself.
    private final class Socket {
        let descriptor: Int32
        let port: UInt16

        init() throws {
            descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = descriptor
            // The address goes with its own length, for the time of each call.
            let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    unsafe bind(descriptor, address, length) + getsockname(descriptor, address, &length)
                        + connect(descriptor, address, length)
                }
            }
            try #require(result == 0)
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }

        func send(_ octets: Int) {
            let payload = [UInt8](repeating: 1, count: octets)
            _ = unsafe Glibc.send(descriptor, payload, payload.count, 0)
        }
    }

    @Test("packets of an interface become a connection; the filter keeps others away")
    func capture() throws {
        let socket = try Socket()
        var options = LiveCapture.Options()
        options.filter = "udp port \(socket.port)"
        options.bufferSize = 1 << 20
        let capture = try LiveCapture(interface: "lo", options)
        let sizes = [10, 100, 1000]
        for size in sizes { socket.send(size) }
        var meter = PacketMeter(.init(), seed: 1)
        var frame = Frame.empty
        for _ in sizes {
            try #require(try capture.read(into: &frame, patience: .seconds(10)) == .frame)
            meter.receive(frame)
        }
        var octets: [UInt64?] = []
        meter.takeConnections { octets.append($0.connection.counters?.octets) }
        #expect(octets == [1194])
        // Of the longest only the headers were kept.
        #expect(frame.isCut && meter.statistics.cut == 1)
        #expect(capture.counts?.dropped == 0)
        #expect(try capture.read(into: &frame, patience: .zero) == .silence)
    }

    @Test("an interface that is not there, and a filter that is none, are told")
    func refused() {
        #expect(throws: CaptureError.self) { try LiveCapture(interface: "nowhere0") }
        var options = LiveCapture.Options()
        options.filter = "udp prt 1"
        #expect(throws: CaptureError.self) { try LiveCapture(interface: "lo", options) }
    }
}
