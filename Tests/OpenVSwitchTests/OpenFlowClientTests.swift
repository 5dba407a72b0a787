// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Synchronization
import Testing

@testable import OpenVSwitch

@Suite struct OpenFlowClientTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func server(connections: Int = 1, _ script: @escaping @Sendable (Int, FakePeer) -> Void) throws -> FakeServer {
        try FakeServer(path: "\(directory.path)/br.mgmt", connections: connections, script: script)
    }

    private func error(_ body: () throws -> Void) -> OpenVSwitchError? {
        do { try body() } catch { return error as? OpenVSwitchError }
        return nil
    }

    private static func hello(_ bitmap: UInt32) -> [UInt8] {
        var octets: [UInt8] = [6, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8]
        octets.append(bigEndian: bitmap)
        return octets
    }

    /// The recorded messages, the answers under the transaction id of `request`.
    private static func replies(_ octets: [UInt8], to request: [UInt8]) -> [UInt8] {
        var stream = OpenFlowStream()
        stream.consume(octets[...])
        var result: [UInt8] = []
        while let message = try? stream.next() {
            guard message.type == OpenFlowMessage.Kind.multipartReply else { continue }
            result += Array(message.octets[..<4]) + Array(request[4..<8]) + message.body
        }
        return result
    }

    @Test(
        "flows are asked for in the best common version, echoes answered in between, and connections kept",
        arguments: [(0x52, "15", OpenFlowVersion.v1_5), (0x12, "13", .v1_3)] as [(UInt32, String, OpenFlowVersion)], [7, 1000, .max])
    func flows(_ offer: (bitmap: UInt32, name: String, version: OpenFlowVersion), piece: Int) throws {
        let recorded = try Fixture.octets("openflow/accounting.of\(offer.name).bin")
        let received = Mutex<[[UInt8]]>([])
        let server = try server { _, peer in
            peer.write(Self.hello(offer.bitmap))
            received.withLock { $0.append(peer.readMessage()) }
            for _ in 0..<2 {
                let request = peer.readMessage()
                guard request.count == 56 else { return }
                let echo: [UInt8] = [offer.version.rawValue, 2, 0, 10, 9, 9, 9, 9, 0xAB, 0xCD]
                peer.write(echo + Self.replies(recorded, to: request), piece: piece)
                received.withLock { $0 += [request, peer.readMessage()] }
            }
        }
        let client = OpenFlowClient(socketPath: server.path)
        #expect(try client.flows(table: 86).count == 63)
        #expect(client.version == offer.version)
        let counts = try client.accounting(table: 86, cookie: 0x0000_0900_0000_0000, mask: 0x0000_FF00_0000_0000)
        #expect(counts.count == 62)
        server.wait()
        let messages = received.withLock { $0 }
        try #require(messages.count >= 4)
        #expect(messages[0] == [6, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0x70])
        #expect(messages[1][..<8] == [offer.version.rawValue, 18, 0, 56, 0, 0, 0, 2] && messages[1][16] == 86)
        #expect(messages[2] == [offer.version.rawValue, 3, 0, 10, 9, 9, 9, 9, 0xAB, 0xCD])
        #expect(messages[3][32..<48] == [0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0])
    }

    @Test("an answer in several parts is one answer, and a switch that restarted is found again")
    func severalParts() throws {
        let recorded = try Fixture.octets("openflow/accounting.of15.bin")
        let server = try server(connections: 2) { _, peer in
            peer.write(Self.hello(0x40))
            _ = peer.readMessage()
            let request = peer.readMessage()
            guard request.count == 56 else { return }
            let last = Self.replies(recorded, to: request)
            var first = last
            first[11] = 1  // More to come.
            peer.write(first + first + last)
        }
        let client = OpenFlowClient(socketPath: server.path)
        #expect(try client.flows().count == 3 * 63)
        #expect(try client.flows().count == 3 * 63)
    }

    @Test("errors of the switch, and of what is no switch, are told")
    func failures() throws {
        let scripts: [@Sendable (FakePeer) -> Void] = [
            { peer in peer.write(Self.hello(0x06)) },
            { peer in peer.write([1, 5, 0, 8, 0, 0, 0, 0]) },
            { peer in peer.write([6, 0, 0, 7, 0, 0, 0, 0]) },
            { peer in
                _ = peer.readMessage()
                peer.write([6, 0, 0])
            },
            { peer in
                peer.write(Self.hello(0x40))
                _ = peer.readMessage()
                let request = peer.readMessage()
                peer.write([6, 1, 0, 12] + request[4..<8] + [0, 1, 0, 5])
            },
            { peer in
                peer.write(Self.hello(0x40))
                _ = peer.readMessage()
                let request = peer.readMessage()
                peer.write([6, 19, 0, 24] + request[4..<8] + [0, 1, 0, 0, 0, 0, 0, 0] + [0, 200, 0, 0, 0, 0, 0, 0])
            },
        ]
        let server = try server(connections: scripts.count) { number, peer in
            scripts[number](peer)
            // One hangs up in the middle of its HELLO; the others wait for the client to do so.
            while number != 3, !peer.readMessage().isEmpty {}
        }
        let client = OpenFlowClient(socketPath: server.path)
        let failures = scripts.map { _ in error { _ = try client.flows() } }
        #expect(
            failures == [
                .noCommonVersion(peer: server.path, offered: 6),
                .malformed(peer: server.path, reason: "the first OpenFlow message is no HELLO"),
                .malformed(peer: server.path, reason: "an OpenFlow message of 7 octets"),
                .closed(peer: server.path, waitingFor: "an OpenFlow HELLO"),
                .switchError(peer: server.path, type: 1, code: 5),
                .malformed(peer: server.path, reason: "a flow statistics entry that does not fit"),
            ])
    }

    @Test(
        "a HELLO without a bitmap offers every version up to its own",
        arguments: [(4, OpenFlowVersion.v1_3), (5, .v1_4), (6, .v1_5), (1, nil)] as [(UInt8, OpenFlowVersion?)])
    func helloWithoutBitmap(version: UInt8, best: OpenFlowVersion?) {
        let hello = OpenFlowMessage(version: version, type: 0, transactionID: 1, body: [])
        #expect(OpenFlowVersion.best(of: OpenFlowVersion.offered(in: hello)) == best)
    }

    @Test("refused packets are told as they come, over a lost connection too", arguments: [11, .max])
    func deniedPackets(piece: Int) throws {
        let recorded = try Fixture.octets("openflow/packet-in2-deny.of15.bin")
        let requests = Mutex<[[UInt8]]>([])
        let server = try server(connections: 2) { number, peer in
            peer.write(Array(recorded.prefix(16)))
            for _ in 0..<3 { requests.withLock { $0.append(peer.readMessage()) } }
            peer.write([6, 2, 0, 8, 0, 0, 0, 9])
            peer.write(Array(recorded.dropFirst(16)), piece: piece)
            requests.withLock { $0.append(peer.readMessage()) }
            if number == 1 { _ = peer.readMessage() }
        }
        var denied: [DeniedConnection] = []
        var events: [DeniedPacketStream.Event] = []
        DeniedPacketStream(socketPath: server.path).run(
            stop: { denied.count >= 18 }, now: { Timestamp(seconds: Int64(denied.count)) },
            onDenied: { connection in denied.append(connection) }, onEvent: { event in events.append(event) })
        #expect(denied.map(\.time.seconds) == (0..<18).map { Int64($0) })
        #expect(
            events == [
                .connected(.v1_5), .disconnected(.closed(peer: server.path, waitingFor: "packets")), .connected(.v1_5),
            ])
        server.wait()
        let messages = requests.withLock { Array($0.prefix(4)) }
        #expect(messages.count == 4 && messages[1] == [6, 9, 0, 12, 0, 0, 0, 2, 0, 0, 0, 128])
        #expect(messages[2] == [6, 4, 0, 20, 0, 0, 0, 3, 0, 0, 0x23, 0x20, 0, 0, 0, 16, 0, 0, 0, 2])
        #expect(messages[3] == [6, 3, 0, 8, 0, 0, 0, 9])
    }
}
