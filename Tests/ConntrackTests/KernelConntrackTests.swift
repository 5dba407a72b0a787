// SPDX-License-Identifier: Apache-2.0

import Glibc
import Metering
import Testing

@testable import Conntrack

/// Against a peer on a socket pair that says what a kernel would, and what it seldom does.
@Suite struct KernelConntrackTests {
    @Test("an answer in many datagrams is read to its end")
    func multipart() throws {
        var peer = try Peer()
        peer.send(EntryWriter.entry(.sample()), EntryWriter.entry(.sampleV6()), EntryWriter.done())
        var connections = [Connection.sample(zone: 1)]
        let statistics = try peer.kernel.poll(into: &connections)
        #expect(connections == [.sample(zone: 1), .sample(), .sampleV6()])
        #expect(statistics.entries == 2 && statistics.dumps == 1 && statistics.interrupted == 0 && !statistics.isInconsistent)
    }

    @Test("a dump that was interrupted is repeated and its entries are not kept")
    func repeated() throws {
        var peer = try Peer()
        peer.send(EntryWriter.entry(.sampleV6()), EntryWriter.done(flags: .dumpInterrupted))
        peer.send(EntryWriter.entry(.sample(), sequenceNumber: 2), EntryWriter.done(sequenceNumber: 2))
        var connections: [Connection] = []
        let statistics = try peer.kernel.poll(into: &connections)
        #expect(connections == [.sample()])
        #expect(statistics.entries == 1 && statistics.dumps == 2 && statistics.interrupted == 1 && !statistics.isInconsistent)
    }

    @Test("a table that never holds still is handed over after three repetitions, and said so")
    func neverStill() throws {
        var peer = try Peer()
        for sequenceNumber in UInt32(1)...4 {
            peer.send(EntryWriter.entry(.sample(), flags: .dumpInterrupted, sequenceNumber: sequenceNumber))
            peer.send(EntryWriter.done(sequenceNumber: sequenceNumber))
        }
        var connections: [Connection] = []
        let statistics = try peer.kernel.poll(into: &connections)
        #expect(connections == [.sample()])
        #expect(statistics.entries == 1 && statistics.dumps == 4 && statistics.interrupted == 4 && statistics.isInconsistent)
    }

    @Test("one request a zone; a kernel that ignores the zone changes nothing but the count")
    func zones() throws {
        var peer = try Peer()
        for sequenceNumber in UInt32(1)...2 {
            peer.send(EntryWriter.entry(.sample(), sequenceNumber: sequenceNumber))
            peer.send(EntryWriter.entry(.sampleV6(), sequenceNumber: sequenceNumber))
            peer.send(EntryWriter.done(sequenceNumber: sequenceNumber))
        }
        var connections: [Connection] = []
        let statistics = try peer.kernel.poll(zones: [65520, 65510, 65520], into: &connections)
        #expect(connections == [.sampleV6(), .sample()])
        #expect(statistics.entries == 2 && statistics.otherZones == 2 && statistics.dumps == 2)
    }

    @Test("with zone 0 among them the zones are picked from one dump of the whole table")
    func planOfZones() {
        #expect(DumpRequest.plan(zones: nil) == [DumpRequest(filter: nil, zones: nil)])
        #expect(DumpRequest.plan(zones: []) == [])
        #expect(DumpRequest.plan(zones: [7, 5]) == [DumpRequest(filter: 5, zones: [5]), DumpRequest(filter: 7, zones: [7])])
        #expect(DumpRequest.plan(zones: [5, 0]) == [DumpRequest(filter: nil, zones: [5, 0])])
    }

    @Test("the capacity holds for all dumps of a poll together")
    func capacity() throws {
        var peer = try Peer(capacity: 1)
        peer.send(EntryWriter.entry(.sampleV6()), EntryWriter.done())
        peer.send(EntryWriter.entry(.sample(), sequenceNumber: 2), EntryWriter.done(sequenceNumber: 2))
        var connections: [Connection] = []
        let statistics = try peer.kernel.poll(zones: [65510, 65520], into: &connections)
        #expect(connections == [.sampleV6()])
        #expect(statistics.entries == 1 && statistics.overCapacity == 1)
    }

    @Test(
        "a failed poll leaves the connections as they were",
        arguments: [
            (EntryWriter.failure(EPERM), ConntrackError.refused(.dump, errno: EPERM)),
            (EntryWriter.message([], type: NetlinkMessageType.overrun), .overrun),
            ([UInt8](repeating: 0, count: 65_537), .datagramTooLong(octets: 65_537, limit: 65_536)),
        ])
    func failure(datagram: [UInt8], expected: ConntrackError) throws {
        var peer = try Peer()
        peer.send(EntryWriter.entry(.sample()), datagram)
        var connections = [Connection.sampleV6()]
        #expect(throws: expected) { try peer.kernel.poll(into: &connections) }
        #expect(connections == [.sampleV6()])
    }

    @Test("a kernel that says nothing, and one that is gone, are errors")
    func silence() throws {
        var silent = try Peer(timeout: .milliseconds(1))
        var connections: [Connection] = []
        #expect(throws: ConntrackError.timedOut(after: .milliseconds(1))) { try silent.kernel.poll(into: &connections) }
        var vanished = try Peer()
        vanished.vanish()
        #expect(throws: ConntrackError.closed) { try vanished.kernel.poll(into: &connections) }
    }
}

/// The other end of a socket that keeps message boundaries, as netlink does.
private struct Peer: ~Copyable {
    private let descriptor: CInt
    var kernel: KernelConntrack

    init(timeout: Duration = .seconds(5), capacity: Int = 100) throws {
        var descriptors: [CInt] = [-1, -1]
        // Safe: the array has room for the two descriptors that socketpair(2) writes.
        let code = unsafe descriptors.withUnsafeMutableBufferPointer {
            unsafe socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, $0.baseAddress)
        }
        guard code == 0 else { throw ThreadFailure(what: "socketpair", errno: errno) }
        let socket = try NetfilterSocket(adopting: descriptors[1], timeout: timeout)
        kernel = KernelConntrack(socket: socket, timeout: timeout, capacity: capacity)
        descriptor = descriptors[0]
    }

    deinit {
        close(descriptor)
    }

    func send(_ datagrams: [UInt8]...) {
        for datagram in datagrams {
            let sent = unsafe datagram.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
            #expect(sent == datagram.count)
        }
    }

    func vanish() {
        shutdown(descriptor, CInt(SHUT_WR))
    }
}
