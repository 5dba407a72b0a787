// SPDX-License-Identifier: Apache-2.0

/// A connection to a bridge's management socket after the exchange of HELLOs. Answers the switch's echo requests.
final class OpenFlowSession {
    let version: OpenFlowVersion
    let peer: String

    private let socket: UnixSocket
    private var stream = OpenFlowStream()
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var lastTransactionID: UInt32 = 1
    /// The switch may be slow to read an answer to its echo request, but not for ever.
    private static let answerTimeout = Duration.seconds(10)

    init(socketPath: String, deadline: Deadline) throws(OpenVSwitchError) {
        peer = socketPath
        socket = try UnixSocket(connectingTo: socketPath, deadline: deadline)
        try socket.send(OpenFlowVersion.hello.octets, deadline: deadline)
        var received: OpenFlowMessage?
        var stream = OpenFlowStream()
        while received == nil {
            let count = try socket.receive(into: &buffer, waitingFor: "an OpenFlow HELLO", deadline: deadline)
            guard count > 0 else { throw .closed(peer: socketPath, waitingFor: "an OpenFlow HELLO") }
            stream.consume(buffer[..<count])
            received = try Self.next(&stream, socketPath)
        }
        guard let hello = received, hello.type == OpenFlowMessage.Kind.hello else {
            throw .malformed(peer: socketPath, reason: "the first OpenFlow message is no HELLO")
        }
        let offered = OpenFlowVersion.offered(in: hello)
        guard let version = OpenFlowVersion.best(of: offered) else { throw .noCommonVersion(peer: socketPath, offered: offered) }
        self.version = version
        self.stream = stream
    }

    /// - Returns: the transaction id under which the answer will come.
    func send(_ type: UInt8, _ body: [UInt8], deadline: Deadline) throws(OpenVSwitchError) -> UInt32 {
        lastTransactionID &+= 1
        try send(type, body, lastTransactionID, deadline)
        return lastTransactionID
    }

    /// The next message that is no echo request.
    func receive(waitingFor awaited: String, deadline: Deadline) throws(OpenVSwitchError) -> OpenFlowMessage {
        while true {
            if let message = try nextBuffered() { return message }
            try fill(awaited, deadline)
        }
    }

    /// The next message that is no echo request, or nil after a tick without any.
    func receiveWithinTick() throws(OpenVSwitchError) -> OpenFlowMessage? {
        if let message = try nextBuffered() { return message }
        guard socket.isReadableWithinTick() else { return nil }
        try fill("packets", .after(Self.answerTimeout))
        return try nextBuffered()
    }

    private func fill(_ awaited: String, _ deadline: Deadline) throws(OpenVSwitchError) {
        let count = try socket.receive(into: &buffer, waitingFor: awaited, deadline: deadline)
        guard count > 0 else { throw .closed(peer: peer, waitingFor: awaited) }
        stream.consume(buffer[..<count])
    }

    private func nextBuffered() throws(OpenVSwitchError) -> OpenFlowMessage? {
        while let message = try Self.next(&stream, peer) {
            guard message.type == OpenFlowMessage.Kind.echoRequest else { return message }
            try send(OpenFlowMessage.Kind.echoReply, message.body, message.transactionID, .after(Self.answerTimeout))
        }
        return nil
    }

    private func send(_ type: UInt8, _ body: [UInt8], _ transactionID: UInt32, _ deadline: Deadline) throws(OpenVSwitchError) {
        let message = OpenFlowMessage(version: version.rawValue, type: type, transactionID: transactionID, body: body)
        try socket.send(message.octets, deadline: deadline)
    }

    private static func next(_ stream: inout OpenFlowStream, _ peer: String) throws(OpenVSwitchError) -> OpenFlowMessage? {
        do throws(OpenFlowStream.ImpossibleLength) {
            return try stream.next()
        } catch {
            throw .malformed(peer: peer, reason: "an OpenFlow message of \(error.length) octets")
        }
    }
}
