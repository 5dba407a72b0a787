// SPDX-License-Identifier: Apache-2.0

import Metering
import Synchronization
import Testing

@testable import OpenVSwitch

@Suite struct OVSDBClientTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static func update(_ name: String) -> String {
        #"{"id":null,"method":"update","params":["weir",{"Interface":{"\#(name)":{"new":{"name":"\#(name)","ofport":1,"#
            + #""external_ids":["map",[["pod-name","\#(name)"],["pod-namespace","n"]]]}}}}]}"#
    }

    @Test("pods are told at first and at every change; echoes are answered; a lost server is found again", arguments: [1, 50, .max])
    func session(piece: Int) throws {
        let stream = try Fixture.text("ovs/interface-monitor.json-stream")
        let first = String(stream.prefix { $0 != "\n" }.split(separator: #"{"id":null"#)[0])
        let requests = Mutex<[String]>([])
        let server = try FakeServer(path: "\(directory.path)/db.sock", connections: 2) { number, peer in
            requests.withLock { $0.append(peer.readObject()) }
            peer.write(Array((#"{"id":"e","method":"echo","params":["p",{"q":1}]}"# + first).utf8), piece: piece)
            requests.withLock { $0.append(peer.readObject()) }
            peer.write(Array(Self.update("pod-\(number)").utf8), piece: piece)
            // The second connection lasts until the client leaves.
            if number == 1 { _ = peer.readObject() }
        }
        var told: [[String]] = []
        var events: [OVSDBClient.Event] = []
        OVSDBClient(socketPath: server.path).run(
            stop: { told.last?.contains("pod-1") == true },
            onChange: { pods in told.append(pods.map(\.name)) },
            onEvent: { event in events.append(event) })
        #expect(
            told == [
                ["client-1", "db-1", "web-1"], ["client-1", "db-1", "pod-0", "web-1"], ["client-1", "db-1", "web-1"],
                ["client-1", "db-1", "pod-1", "web-1"],
            ])
        #expect(
            events == [
                .connected, .disconnected(.closed(peer: server.path, waitingFor: "rows of the Interface table")), .connected,
            ])
        server.wait()
        let monitor =
            #"{"id":1,"method":"monitor","params":["Open_vSwitch","weir",{"Interface":{"columns":["name","external_ids","ofport"]}}]}"#
        let echo = #"{"error":null,"id":"e","result":["p",{"q":1}]}"#
        #expect(requests.withLock { $0 } == [monitor, echo, monitor, echo])
    }

    @Test(
        "a server that refuses, talks something else or goes is an event, not the end",
        arguments: [
            #"{"id":1,"result":null,"error":{"error":"unknown database"}}"#, "HTTP/1.1 400", "", #"{"id":1,"result":{"Interface":3}}"#,
        ])
    func refusals(answer: String) throws {
        let server = try FakeServer(path: "\(directory.path)/db.sock") { _, peer in
            _ = peer.readObject()
            peer.write(answer)
        }
        var events: [OVSDBClient.Event] = []
        OVSDBClient(socketPath: server.path).run(
            stop: { !events.isEmpty }, onChange: { _ in Issue.record("there are no pods") }, onEvent: { event in events.append(event) })
        guard case .disconnected? = events.first, events.count == 1 else {
            Issue.record("\(events)")
            return
        }
    }
}
