// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The server's end of one connection.
final class FakePeer {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init?(accepting listener: Int32) {
        let limit = timeval(tv_sec: 10, tv_usec: 0)
        Self.limit(listener, limit)
        descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        Self.limit(descriptor, limit)
    }

    deinit { close(descriptor) }

    /// The octets up to and with the brace that closes an object; what follows is kept. Empty when the client has gone.
    func readObject() -> String {
        while true {
            var depth = 0
            for (index, octet) in received.enumerated() {
                if octet == UInt8(ascii: "{") { depth += 1 }
                if octet == UInt8(ascii: "}") { depth -= 1 }
                if octet == UInt8(ascii: "}"), depth == 0 { return String(decoding: take(index + 1), as: UTF8.self) }
            }
            guard fill() else { return "" }
        }
    }

    /// Exactly `count` octets; fewer when the client has gone.
    func read(_ count: Int) -> [UInt8] {
        while received.count < count, fill() {}
        return take(min(count, received.count))
    }

    /// One OpenFlow message.
    func readMessage() -> [UInt8] {
        let header = read(8)
        guard header.count == 8 else { return [] }
        return header + read(Int(header[2]) << 8 + Int(header[3]) - 8)
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    /// In pieces of at most `piece` octets, each a write of its own.
    func write(_ octets: [UInt8], piece: Int = .max) {
        var start = 0
        while start < octets.count {
            let end = octets.count - start <= piece ? octets.count : start + piece
            // The pointer is used during the call only, within the array's bounds.
            let sent = unsafe octets.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress! + start, end - start, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            start += sent
        }
    }

    private func take(_ count: Int) -> [UInt8] {
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // The kernel writes at most the count it is given, which is the array's.
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress!, $0.count, 0) }
        guard count > 0 else { return false }
        received += buffer.prefix(count)
        return true
    }

    private static func limit(_ descriptor: Int32, _ limit: timeval) {
        // The option's value is the whole of a timeval, as its size says.
        _ = unsafe withUnsafePointer(to: limit) {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, $0, socklen_t(MemoryLayout<timeval>.size))
        }
    }
}
