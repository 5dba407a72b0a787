// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// One connection to ovsdb-server that monitors the Interface table.
struct OVSDBSession {
    private(set) var table = InterfaceTable()

    private let socket: UnixSocket
    private let timeout: Duration
    private var stream = JSONStream()

    private static let monitorID = JSONValue.number("1")

    /// Connects and waits for the first rows.
    init(socketPath: String, timeout: Duration) throws(OpenVSwitchError) {
        let deadline = Deadline.after(timeout)
        socket = try UnixSocket(connectingTo: socketPath, deadline: deadline)
        self.timeout = timeout
        try socket.send(Self.monitorRequest.octets, deadline: deadline)
        while true {
            try receive(deadline: deadline)
            while let octets = stream.next() {
                let message = try parse(octets)
                if message["method"] == nil, message["id"] == Self.monitorID {
                    try begin(message)
                    return
                }
                _ = try handle(message)
            }
        }
    }

    /// Waits until rows change.
    ///
    /// - Returns: false when `stop` said so.
    mutating func nextChange(stop: () -> Bool) throws(OpenVSwitchError) -> Bool {
        while !stop() {
            var hasChanged = false
            while let octets = stream.next() {
                if try handle(try parse(octets)) { hasChanged = true }
            }
            if hasChanged { return true }
            if socket.isReadableWithinTick() { try receive(deadline: .after(timeout)) }
        }
        return false
    }

    private static var monitorRequest: JSONValue {
        let columns: [JSONValue] = [.string("name"), .string("external_ids"), .string("ofport")]
        let requests: [String: JSONValue] = ["Interface": .object(["columns": .array(columns)])]
        return .object([
            "id": monitorID, "method": .string("monitor"),
            "params": .array([.string("Open_vSwitch"), .string("weir"), .object(requests)]),
        ])
    }

    private mutating func begin(_ answer: JSONValue) throws(OpenVSwitchError) {
        guard let updates = InterfaceTable.tableUpdates(in: answer) else {
            let error = answer["error"] ?? .null
            let sentence = error["error"]?.string ?? String(decoding: error.octets, as: UTF8.self)
            throw .refused(peer: socket.path, request: "monitor", message: sentence)
        }
        try table.apply(updates)
    }

    /// - Returns: whether the message was an update.
    private mutating func handle(_ message: JSONValue) throws(OpenVSwitchError) -> Bool {
        switch message["method"]?.string {
        case "update":
            guard let updates = InterfaceTable.tableUpdates(in: message) else {
                throw .malformed(peer: socket.path, reason: "an update without its two parameters")
            }
            try table.apply(updates)
            return true
        case "echo":
            // RFC 7047 §4.1.11: the answer returns the parameters, or the server takes us for dead.
            let reply: [String: JSONValue] = ["id": message["id"] ?? .null, "result": message["params"] ?? .array([]), "error": .null]
            try socket.send(JSONValue.object(reply).octets, deadline: .after(timeout))
            return false
        default:
            return false
        }
    }

    private mutating func receive(deadline: Deadline) throws(OpenVSwitchError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = try socket.receive(into: &buffer, waitingFor: "rows of the Interface table", deadline: deadline)
        guard count > 0 else { throw .closed(peer: socket.path, waitingFor: "rows of the Interface table") }
        do throws(JSONStream.Malformed) {
            try stream.consume(buffer.span.extracting(0..<count))
        } catch .tooLarge {
            throw .tooLarge(peer: socket.path, limitInOctets: JSONStream.messageLimitInOctets)
        } catch {
            throw .malformed(peer: socket.path, reason: "the stream is no sequence of JSON objects of sane depth")
        }
    }

    private func parse(_ octets: [UInt8]) throws(OpenVSwitchError) -> JSONValue {
        do throws(JSONParser.Malformed) {
            return try JSONParser.parse(octets)
        } catch {
            throw .malformed(peer: socket.path, reason: "\(error.reason) at octet \(error.offset) of a message")
        }
    }
}
