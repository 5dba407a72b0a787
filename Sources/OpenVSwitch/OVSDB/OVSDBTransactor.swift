// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Reads and changes rows of a database over ovsdb-server's Unix socket (RFC 7047 §4.1.3). One connection a transaction.
struct OVSDBTransactor {
    private static let database = JSONValue.string("Open_vSwitch")
    private static let requestID = JSONValue.number("1")

    let socketPath: String
    let timeout: Duration

    /// Makes the operations at once, all or none.
    ///
    /// - Returns: one result an operation, in their order.
    /// - Throws: `.refused` with the first operation's error.
    func transact(_ operations: [JSONValue]) throws(OpenVSwitchError) -> [JSONValue] {
        let deadline = Deadline.after(timeout)
        let socket = try UnixSocket(connectingTo: socketPath, deadline: deadline)
        let request: [String: JSONValue] = [
            "id": Self.requestID, "method": .string("transact"), "params": .array([Self.database] + operations),
        ]
        try socket.send(JSONValue.object(request).octets, deadline: deadline)
        let answer = try answer(socket, deadline)
        if let error = answer["error"], error != .null { throw refusal(error) }
        guard let results = answer["result"]?.array, results.count >= operations.count else {
            throw .malformed(peer: socketPath, reason: "a transaction has fewer results than operations")
        }
        // A failed operation has an error in its place, a failed commit has one after all of them (RFC 7047 §4.1.3).
        for result in results {
            if let error = result["error"], error != .null { throw refusal(result) }
        }
        return Array(results.prefix(operations.count))
    }

    private func answer(_ socket: UnixSocket, _ deadline: Deadline) throws(OpenVSwitchError) -> JSONValue {
        var stream = JSONStream()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try socket.receive(into: &buffer, waitingFor: "the end of a transaction", deadline: deadline)
            guard count > 0 else { throw .closed(peer: socketPath, waitingFor: "the end of a transaction") }
            do throws(JSONStream.Malformed) {
                try stream.consume(buffer.span.extracting(0..<count))
            } catch {
                throw .malformed(peer: socketPath, reason: "the stream is no sequence of JSON objects of sane size and depth")
            }
            while let octets = stream.next() {
                let message = try parse(octets)
                if message["method"] == nil, message["id"] == Self.requestID { return message }
            }
        }
    }

    private func parse(_ octets: [UInt8]) throws(OpenVSwitchError) -> JSONValue {
        do throws(JSONParser.Malformed) {
            return try JSONParser.parse(octets)
        } catch {
            throw .malformed(peer: socketPath, reason: "\(error.reason) at octet \(error.offset) of a message")
        }
    }

    private func refusal(_ error: JSONValue) -> OpenVSwitchError {
        let words = [error["error"]?.string, error["details"]?.string].compactMap { $0 }
        let sentence = words.isEmpty ? String(decoding: error.octets, as: UTF8.self) : words.joined(separator: ": ")
        return .refused(peer: socketPath, request: "transact", message: sentence)
    }
}
