// SPDX-License-Identifier: Apache-2.0

import Metering
import Testing

@testable import OpenVSwitch

@Suite struct UnixctlClientTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func server(
        process: Int = 7, connections: Int = 1, _ script: @escaping @Sendable (Int, FakePeer) -> Void
    ) throws -> FakeServer {
        try directory.write("\(process)\n", to: "ovs-vswitchd.pid")
        return try FakeServer(path: "\(directory.path)/ovs-vswitchd.\(process).ctl", connections: connections, script: script)
    }

    private func client(timeout: Duration = .seconds(10)) -> UnixctlClient {
        UnixctlClient(runDirectory: directory.path, timeout: timeout)
    }

    private func error(_ body: () throws -> Void) -> OpenVSwitchError? {
        do { try body() } catch { return error as? OpenVSwitchError }
        return nil
    }

    @Test("a call sends the request of ovs-appctl and returns the text, however the reply is split", arguments: [1, 2, 5, 1000])
    func call(piece: Int) throws {
        let server = try server { _, peer in
            let request = peer.readObject()
            peer.write(
                Array((request == #"{"id":0,"method":"m","params":["-a","b\"c"]}"# ? #"{"id":0,"result":"66\n","error":null}"# : "?").utf8),
                piece: piece)
        }
        #expect(try client().call("m", ["-a", "b\"c"]) == "66\n")
        _ = server
    }

    @Test("a refusal is an error with the daemon's sentence, and the connection goes on")
    func refusal() throws {
        let refusal = try Fixture.octets("unixctl/error-no-datapath.reply.json")
        let server = try server { _, peer in
            _ = peer.readObject()
            peer.write(refusal)
            _ = peer.readObject()
            peer.write(#"{"error":null,"id":1,"result":"ok"}"#)
        }
        let client = client()
        #expect(
            error { _ = try client.call("dpctl/x") }
                == .refused(peer: server.path, request: "dpctl/x", message: "ovs-vswitchd: datapath not found (Invalid argument)"))
        #expect(try client.call("dpctl/y") == "ok")
    }

    @Test("a connection closed in the middle of a reply is an error, and the next call makes a new one")
    func closedMidReply() throws {
        let server = try server(connections: 2) { number, peer in
            _ = peer.readObject()
            peer.write(number == 0 ? #"{"id":0,"result":"tcp,orig"# : #"{"id":1,"result":"ok","error":null}"#)
        }
        let client = client()
        #expect(error { _ = try client.call("m") } == .closed(peer: server.path, waitingFor: "the rest of the reply to m"))
        #expect(try client.call("m") == "ok")
    }

    @Test("a connection closed instead of a reply is not tried for ever")
    func closedInsteadOfReply() throws {
        let server = try server { _, peer in _ = peer.readObject() }
        let client = client()
        #expect(error { _ = try client.call("m") } == .closed(peer: server.path, waitingFor: "the reply to m"))
    }

    @Test("after a restart of the daemon the socket is found where the new process id says")
    func movedSocket() throws {
        let first = try server(process: 100) { _, peer in
            _ = peer.readObject()
            peer.write(#"{"id":0,"result":"first","error":null}"#)
        }
        let client = client()
        #expect(try client.call("m") == "first")
        let second = try server(process: 2000) { _, peer in
            let request = peer.readObject()
            peer.write(request.contains(#""id":1"#) ? #"{"id":1,"result":"second","error":null}"# : "?")
        }
        #expect(try client.call("m") == "second")
        _ = (first, second)
    }

    @Test("a missing or unfinished process id file, and a socket nobody listens on, say where they were looked for")
    func nobodyThere() throws {
        let file = "\(directory.path)/ovs-vswitchd.pid"
        #expect(error { _ = try client().call("m") } == .daemonNotFound(pidFile: file, cause: "No such file or directory"))
        for text in ["", "\n", "0\n", "12x\n", "-4\n", "99999999999999999999"] {
            try directory.write(text, to: "ovs-vswitchd.pid")
            #expect(error { _ = try client().call("m") }?.description.contains("Is ovs-vswitchd running? Looked for") == true)
        }
        try directory.write("12\n", to: "ovs-vswitchd.pid")
        let socket = "\(directory.path)/ovs-vswitchd.12.ctl"
        #expect(error { _ = try client().call("m") } == .cannotConnect(peer: socket, cause: "No such file or directory"))
        let long = UnixctlClient(socketPath: String(repeating: "/x", count: 100))
        #expect(error { _ = try long.call("m") }?.description.contains("1 to 107 octets") == true)
    }

    @Test("a daemon that does not answer is given up at the deadline")
    func silence() throws {
        let server = try server { _, peer in
            _ = peer.readObject()
            _ = peer.readObject()  // Returns when the client has given up.
        }
        let client = client(timeout: .milliseconds(30))
        #expect(error { _ = try client.call("m") } == .timedOut(peer: server.path, waitingFor: "the reply to m"))
    }

    @Test("a small call whose answer has no end is given up")
    func tooLarge() throws {
        let server = try server { _, peer in
            _ = peer.readObject()
            peer.write(#"{"id":0,"result":""#)
            peer.write([UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20))
        }
        let client = client()
        #expect(error { _ = try client.call("m") } == .tooLarge(peer: server.path, limitInOctets: 1 << 20))
    }

    @Test(
        "an answer to another request, to none, or in no known form is malformed",
        arguments: [
            #"{"id":5,"result":"x","error":null}"#, #"{"result":"x"}"#, #"{"id":0,"error":null}"#, "HTTP/1.1 400",
            #"{"id":0,"result":"x"}{}"#,
        ])
    func malformed(reply: String) throws {
        let server = try server { _, peer in
            _ = peer.readObject()
            peer.write(reply)
        }
        let client = client()
        guard case .malformed(let peer, _)? = error({ _ = try client.call("m") }) else {
            Issue.record("\(reply) was taken for a reply")
            return
        }
        #expect(peer == server.path)
    }

    @Test("a poll asks for the count and then for one dump of all zones", arguments: [100, 4096, .max])
    func poll(piece: Int) throws {
        let dump = try Fixture.text("unixctl/dump-conntrack-zone65520.reply.json").replacing(#"{"id":0,"#, with: #"{"id":1,"#)
        let server = try server { _, peer in
            guard peer.readObject() == #"{"id":0,"method":"dpctl/ct-get-nconns","params":[]}"# else { return }
            peer.write(#"{"id":0,"result":"41\n","error":null}"#)
            guard peer.readObject() == #"{"id":1,"method":"dpctl/dump-conntrack","params":["-m","-s"]}"# else { return }
            peer.write(Array(dump.utf8), piece: piece)
        }
        let conntrack = OVSConntrack(client: client())
        var connections: [Connection] = []
        let statistics = try conntrack.poll(into: &connections)
        #expect(statistics.expectedConnections == 41)
        #expect(connections.count == dump.split(separator: "\\n").count - 1 && connections.count > 20)
        #expect(statistics.lines.connections == connections.count && statistics.lines.rejected == 0)
        #expect(connections.allSatisfy { $0.zone == 65520 })
        _ = server
    }

    @Test("a dump that breaks off leaves no half of a table, and a datapath that cannot count is no error")
    func brokenPoll() throws {
        let dump = try Fixture.octets("unixctl/dump-conntrack-zone65520.reply.json")
        let server = try server { _, peer in
            _ = peer.readObject()
            peer.write(#"{"id":0,"error":"ct-get-nconns: Operation not supported"}"#)
            _ = peer.readObject()
            peer.write(Array(dump.prefix(5000)))
        }
        let conntrack = OVSConntrack(client: client())
        var generator = SeededGenerator(seed: 1)
        var connections = [Connection.random(using: &generator)]
        let failure = error { _ = try conntrack.poll(into: &connections) }
        #expect(failure == .closed(peer: server.path, waitingFor: "the rest of the reply to dpctl/dump-conntrack"))
        #expect(connections.isEmpty)
    }
}
