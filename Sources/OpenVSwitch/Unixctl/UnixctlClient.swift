// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Speaks to ovs-vswitchd's control socket as `ovs-appctl` does: JSON-RPC over a Unix stream socket
/// (Open vSwitch lib/unixctl.c).
///
/// Blocking; for one thread. The connection is kept between calls. A restarted daemon has another socket: the process
/// id is read again whenever a connection is made, and a call whose kept connection proves dead before any octet of
/// the answer came is made once more on a new one. ovs-vswitchd answers on the thread that forwards packets in the
/// userspace datapath, so ask for little.
public final class UnixctlClient {
    /// For `call(_:_:)`; a dump has no limit but its time.
    public static let smallReplyLimitInOctets = 1 << 20

    private let location: Location
    private let timeout: Duration
    private var socket: UnixSocket?
    private var nextID = 0

    private enum Location {
        case runDirectory(String)
        case socket(String)
    }

    /// - Parameters:
    ///   - runDirectory: where `ovs-vswitchd.pid` lies, such as `/var/run/openvswitch`.
    ///   - timeout: for a whole call, from connecting to the last octet.
    public init(runDirectory: String, timeout: Duration = .seconds(10)) {
        location = .runDirectory(runDirectory)
        self.timeout = timeout
    }

    /// For a socket with a path of its own (`ovs-vswitchd --unixctl=PATH`).
    public init(socketPath: String, timeout: Duration = .seconds(10)) {
        location = .socket(socketPath)
        self.timeout = timeout
    }

    /// Makes a call with a small answer.
    ///
    /// - Throws: `.refused` with the daemon's sentence; the connection then stays usable. `.tooLarge` beyond 1 MiB.
    public func call(_ method: String, _ parameters: [String] = []) throws(OpenVSwitchError) -> String {
        var result: [UInt8] = []
        try exchange(method, parameters, timeout) { (octets, peer) throws(OpenVSwitchError) in
            guard result.count + octets.count <= Self.smallReplyLimitInOctets else {
                throw .tooLarge(peer: peer, limitInOctets: Self.smallReplyLimitInOctets)
            }
            for index in 0..<octets.count { result.append(octets[index]) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Makes a call and hands its text on as it arrives, UTF-8 in pieces cut anywhere.
    ///
    /// After an error what was handed on is only the start of an answer.
    ///
    /// - Parameter timeout: for the whole call; nil for that of the client.
    public func call(
        _ method: String, _ parameters: [String], timeout: Duration? = nil, onText: (Span<UInt8>) -> Void
    ) throws(OpenVSwitchError) {
        try exchange(method, parameters, timeout ?? self.timeout) { (octets, _) throws(OpenVSwitchError) in onText(octets) }
    }

    private func exchange(
        _ method: String, _ parameters: [String], _ timeout: Duration,
        onText: (Span<UInt8>, _ peer: String) throws(OpenVSwitchError) -> Void
    ) throws(OpenVSwitchError) {
        let deadline = Deadline.after(timeout)
        let id = nextID
        nextID += 1
        let request = UnixctlRequest(id: id, method: method, parameters: parameters).octets
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let (socket, firstCount) = try begin(request, method, &buffer, deadline)
        // Whatever goes wrong from here on, the rest of this answer must not be taken for the next one's.
        self.socket = nil
        let reply = try readReply(socket, &buffer, firstCount, method, deadline, onText)
        guard reply.id.elementsEqual("\(id)".utf8) else {
            throw .malformed(peer: socket.path, reason: "the reply carries the id of another request")
        }
        self.socket = socket
        if let message = reply.error {
            let sentence = String(decoding: message, as: UTF8.self)
            throw .refused(peer: socket.path, request: method, message: String(sentence.prefix { $0 != "\n" }))
        }
        guard reply.hasResult else { throw .malformed(peer: socket.path, reason: "a reply has neither a result nor an error") }
    }

    /// Sends the request and waits for the first octets of the answer, over a new connection if the kept one is dead.
    private func begin(
        _ request: [UInt8], _ method: String, _ buffer: inout [UInt8], _ deadline: Deadline
    ) throws(OpenVSwitchError) -> (UnixSocket, Int) {
        if let kept = socket {
            socket = nil
            do throws(OpenVSwitchError) {
                try kept.send(request, deadline: deadline)
                let count = try kept.receive(into: &buffer, waitingFor: "the reply to \(method)", deadline: deadline)
                if count > 0 { return (kept, count) }
            } catch .closed {
                // The daemon has gone since the last call.
            }
        }
        let new = try UnixSocket(connectingTo: try currentPath(), deadline: deadline)
        try new.send(request, deadline: deadline)
        let count = try new.receive(into: &buffer, waitingFor: "the reply to \(method)", deadline: deadline)
        guard count > 0 else { throw .closed(peer: new.path, waitingFor: "the reply to \(method)") }
        return (new, count)
    }

    private func readReply(
        _ socket: UnixSocket, _ buffer: inout [UInt8], _ firstCount: Int, _ method: String, _ deadline: Deadline,
        _ onText: (Span<UInt8>, _ peer: String) throws(OpenVSwitchError) -> Void
    ) throws(OpenVSwitchError) -> UnixctlReplyParser {
        var reply = UnixctlReplyParser()
        var text: [UInt8] = []
        var count = firstCount
        while true {
            text.removeAll(keepingCapacity: true)
            do throws(UnixctlReplyParser.Malformed) {
                try reply.consume(buffer[..<count], text: &text)
            } catch {
                throw .malformed(peer: socket.path, reason: error.reason)
            }
            if !text.isEmpty { try onText(text.span, socket.path) }
            if reply.isComplete { return reply }
            count = try socket.receive(into: &buffer, waitingFor: "the rest of the reply to \(method)", deadline: deadline)
            guard count > 0 else { throw .closed(peer: socket.path, waitingFor: "the rest of the reply to \(method)") }
        }
    }

    private func currentPath() throws(OpenVSwitchError) -> String {
        switch location {
        case .socket(let path): return path
        case .runDirectory(let directory):
            let identifier = try ProcessIdentifierFile(path: "\(directory)/ovs-vswitchd.pid").read()
            return "\(directory)/ovs-vswitchd.\(identifier).ctl"
        }
    }
}
