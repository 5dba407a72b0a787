// SPDX-License-Identifier: Apache-2.0

import Glibc
import Metering

@testable import Conntrack

/// What changes the kernel's table in the calling thread's network namespace, beside `insert`.
enum LiveTable {
    /// Removes every entry; each is told as destroyed.
    static func flush() throws {
        try request(EntryWriter.message([0, 0, 0, 0], type: NetlinkMessageType.deletedEntry, flags: [.request, .acknowledge]))
    }

    static func delete(_ connection: Connection) throws {
        try request(EntryWriter.deletion(connection))
    }

    /// Changes mark, label and the like of an entry that exists.
    static func change(_ connection: Connection) throws {
        try request(EntryWriter.change(connection))
    }

    private static func request(_ message: [UInt8]) throws {
        let progress = try exchange(message, over: NetfilterSocket(timeout: .seconds(5)))
        guard progress == .done else { throw Refused(progress: progress) }
    }

    struct Refused: Error, CustomStringConvertible {
        let progress: AnswerProgress
        var description: String { "the kernel refused a change of its table: \(progress)" }
    }
}

/// Sends a request that is acknowledged.
func exchange(_ message: [UInt8], over socket: borrowing NetfilterSocket) throws -> AnswerProgress {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    try socket.send(message)
    let length = try socket.receive(into: &buffer)
    return Parsing(Array(buffer[..<length])).progress
}

/// Packets through the loopback interface of the calling thread's network namespace.
enum Loopback {
    /// The interface is down in a new namespace.
    static func raise() throws {
        let descriptor = socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ThreadFailure(what: "an rtnetlink socket", errno: errno) }
        // RTM_NEWLINK with struct ifinfomsg: interface 1, IFF_UP, and that this flag is meant.
        let body = nativeOctets(UInt32(0)) + nativeOctets(Int32(1)) + nativeOctets(UInt32(1)) + nativeOctets(UInt32(1))
        let message = EntryWriter.message(body, type: 16, flags: [.request, .acknowledge])
        let progress = try exchange(message, over: NetfilterSocket(adopting: descriptor, timeout: .seconds(5)))
        guard progress == .done else { throw LiveTable.Refused(progress: progress) }
    }

    /// One datagram from a port of its own to `port` of 127.0.0.1, where nobody needs to listen.
    ///
    /// - Returns: whether it was sent.
    @discardableResult
    static func send(octets: Int, from source: UInt16, to port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ThreadFailure(what: "a UDP socket", errno: errno) }
        defer { close(descriptor) }
        var on: CInt = 1
        // Safe in this function: each address goes with the length of what is there, for the time of the call.
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        let own = address(source), peer = address(port)
        let bound = unsafe own.withUnsafeBytes { unsafe bind(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), 16) }
        guard bound == 0 else { throw ThreadFailure(what: "bind to port \(source)", errno: errno) }
        let payload = [UInt8](repeating: 7, count: octets)
        let sent = unsafe peer.withUnsafeBytes { peer in
            unsafe payload.withUnsafeBytes { payload in
                unsafe sendto(
                    descriptor, payload.baseAddress, octets, 0, peer.baseAddress?.assumingMemoryBound(to: sockaddr.self), 16)
            }
        }
        return sent == octets
    }

    /// struct sockaddr_in of 127.0.0.1.
    private static func address(_ port: UInt16) -> [UInt8] {
        nativeOctets(UInt16(AF_INET)) + networkOctets(port) + [127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    }
}

extension LiveTable {
    /// Fills the table with assured entries, which the kernel does not give up for others; those beyond its maximum it refuses.
    static func fill(count: Int) throws {
        let socket = try NetfilterSocket(timeout: .seconds(5))
        // One entry as a pattern, in which addresses are counted up. Without acknowledgement only refusals are answered.
        var pattern = Connection.sample(zone: 1)
        pattern.status = [.seenReply, .assured, .confirmed]
        var octets = EntryWriter.message(
            Array(EntryWriter.insertion(pattern).dropFirst(NetlinkHeader.lengthInOctets)), flags: [.request, .create])
        let client: [UInt8] = [10, 10, 1, 2]
        let places = octets.indices.dropLast(3).filter { Array(octets[$0..<$0 + 4]) == client }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for first in stride(from: 0, to: count, by: 64) {
            var datagram: [UInt8] = []
            for index in first..<min(first + 64, count) {
                for place in places { octets.replaceSubrange(place..<place + 4, with: networkOctets(UInt32(0x0B00_0000 + index))) }
                datagram += octets
            }
            try socket.send(datagram)
            try socket.drain(into: &buffer)
        }
    }
}
