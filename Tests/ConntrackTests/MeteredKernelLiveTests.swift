// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import IPFIX
import Metering
import Testing

@testable import Conntrack

/// Polls and events of the running kernel, metered together, in network namespaces of the tests' own. As another user than root these
/// fail and say so.
@Suite struct MeteredKernelLiveTests {
    @Test("connections that begin and end between two polls are each reported once, with their final counters")
    func shortConnections() throws {
        let (records, sent) = try inNewNetworkNamespace {
            let kernel = try MeteredKernel()
            try kernel.poll()
            for index in 0..<300 { try kernel.send(octets: 10 + index, from: UInt16(20_000 + index)) }
            for index in 0..<300 { try kernel.end(UInt16(20_000 + index)) }
            try kernel.poll()
            return (try kernel.finish(), kernel.sent)
        }
        #expect(records.count == 300 && records.allSatisfy { $0.isEnd })
        #expect(octets(records) == sent)
    }

    @Test("however polls, events, ends and reuse of tuples fall together, octets add up", arguments: [UInt64(1), 2, 3])
    func anyOrder(seed: UInt64) throws {
        let (records, kernel) = try Self.run(seed: seed, takesEventsBeforeEnd: false)
        #expect(octets(records) == kernel.sent, "seed \(seed)")
        // An end that is read after a poll has shown that the connection is gone brings what it still carried, as an end once more.
        let ends = Dictionary(grouping: records.filter(\.isEnd), by: \.port).mapValues(\.count)
        #expect(kernel.ended.allSatisfy { ends[$0.key] ?? 0 >= $0.value }, "seed \(seed)")
    }

    @Test("where events are taken before a poll is ended, each connection ends once", arguments: [UInt64(1), 2, 3, 4])
    func ordered(seed: UInt64) throws {
        let (records, kernel) = try Self.run(seed: seed, takesEventsBeforeEnd: true)
        #expect(octets(records) == kernel.sent, "seed \(seed)")
        let ends = Dictionary(grouping: records.filter(\.isEnd), by: \.port).mapValues(\.count)
        #expect(ends == kernel.ended, "seed \(seed)")
    }

    private struct Traffic: Sendable {
        let sent: [UInt16: Int]
        let ended: [UInt16: Int]
    }

    private static func run(seed: UInt64, takesEventsBeforeEnd: Bool) throws -> ([Record], Traffic) {
        try inNewNetworkNamespace {
            var random = SplitMix64(state: seed)
            let kernel = try MeteredKernel()
            kernel.takesEventsBeforeEnd = takesEventsBeforeEnd
            for _ in 0..<600 {
                let port = UInt16.random(in: 20_000..<20_030, using: &random)
                switch Int.random(in: 0..<20, using: &random) {
                case 0..<10: try kernel.send(octets: Int.random(in: 1..<1000, using: &random), from: port)
                case 10..<15: try kernel.end(port)
                case 15..<17: kernel.takeEvents(upTo: Int.random(in: 1..<20, using: &random))
                case 17..<19: try kernel.poll(takingEventsAfter: Int.random(in: 0..<40, using: &random))
                default: kernel.expire()
                }
            }
            for port in UInt16(20_000)..<20_030 { try kernel.end(port) }
            return (try kernel.finish(), Traffic(sent: kernel.sent, ended: kernel.ended))
        }
    }

    @Test("after events were lost a poll ends what is gone, with the counters that were known")
    func lostEvents() throws {
        let (records, lost) = try inNewNetworkNamespace {
            let kernel = try MeteredKernel(receiveBuffer: 4096)
            for index in 0..<100 { try kernel.send(octets: 100, from: UInt16(20_000 + index)) }
            try kernel.poll()
            for index in 0..<100 { try kernel.end(UInt16(20_000 + index)) }
            kernel.takeEvents(upTo: 1000)
            try kernel.poll()
            return (try kernel.finish(), kernel.lost)
        }
        #expect(lost > 0)
        #expect(records.filter(\.isEnd).count == 100)
        #expect(octets(records).values.allSatisfy { $0 == 128 })
    }

    private func octets(_ records: [Record]) -> [UInt16: Int] {
        Dictionary(grouping: records, by: \.port).mapValues { $0.map(\.octets).reduce(0, +) }
    }
}

/// What a flow record says of a connection from a port of its own.
private struct Record: Sendable {
    let port: UInt16
    let octets: Int
    let isEnd: Bool

    init(_ flow: FlowRecord) {
        port = UInt16(flow[unsigned: .sourceTransportPort] ?? 0)
        octets = Int(flow[unsigned: .octetDeltaCount] ?? 0)
        isEnd = flow[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue)
    }
}

/// The kernel of a network namespace, its traffic, and a metering process that is told of it by polls and events.
private final class MeteredKernel {
    private var table: KernelConntrack
    private var listener: KernelConntrackEvents
    private var process: MeteringProcess
    private var records: [MeteredRecord] = []
    private var time = Timestamp(seconds: Int64(Glibc.time(nil)) + 1)
    /// Octets sent from each port.
    private(set) var sent: [UInt16: Int] = [:]
    /// Connections ended of each port.
    private(set) var ended: [UInt16: Int] = [:]
    private var living: Set<UInt16> = []
    /// Whether a poll is ended only when all events have been taken that came before its end.
    var takesEventsBeforeEnd = true

    init(receiveBuffer: Int = KernelConntrackEvents.defaultReceiveBuffer) throws {
        try LabelRule.add()
        try Loopback.raise()
        _ = KernelAccounting().switchOn()
        table = try KernelConntrack()
        listener = try KernelConntrackEvents(receiveBuffer: receiveBuffer, patience: .milliseconds(1))
        var configuration = MeteringConfiguration(nodeName: "node1")
        configuration.zones = []
        configuration.acceptedMarkMask = 0
        configuration.onlyLocalPods = false
        process = MeteringProcess(configuration, seed: 42)
    }

    var lost: UInt64 { listener.statistics.lost }

    func send(octets: Int, from port: UInt16) throws {
        try Loopback.send(octets: octets, from: port, to: 9)
        sent[port, default: 0] += octets + 28
        living.insert(port)
    }

    /// Ends the connection of a port, if it has one.
    func end(_ port: UInt16) throws {
        guard living.remove(port) != nil else { return }
        let here = IPAddress(v4: 0x7F00_0001)
        let original = Connection.Tuple(source: here, destination: here, sourcePort: port, destinationPort: 9)
        try LiveTable.delete(Connection(original: original, reply: original, protocolIdentifier: 17))
        ended[port, default: 0] += 1
    }

    func takeEvents(upTo limit: Int) {
        takeEvents(upTo: limit, at: tick())
    }

    /// Polls; events that wait are taken while it goes on.
    func poll(takingEventsAfter entries: Int? = nil) throws {
        let now = tick()
        process.beginPoll(of: .first, at: now)
        var left = entries
        _ = try table.poll { connection in
            if left == 0 { takeEvents(upTo: 100, at: now) }
            left = left.map { $0 - 1 }
            process.observe(connection, from: .first, at: now)
        }
        if takesEventsBeforeEnd { takeEvents(upTo: 100_000, at: now) }
        process.endPoll(of: .first, isWhole: true, at: now)
    }

    func expire() {
        let now = tick()
        while process.expire(at: now, into: &records) {}
    }

    /// Takes what is left, and reports it.
    func finish() throws -> [Record] {
        takeEvents(upTo: 100_000)
        try poll()
        time = time + .seconds(20)
        expire()
        while process.flush(at: time, into: &records) {}
        return records.map { Record($0.flow) }
    }

    private func tick() -> Timestamp {
        time = time + .milliseconds(100)
        return time
    }

    private func takeEvents(upTo limit: Int, at now: Timestamp) {
        var events: [ConnectionEvent] = []
        do {
            _ = try listener.read(upTo: limit, into: &events)
        } catch {
            Issue.record(error)
        }
        for event in events { process.observe(event.connection, kind: event.kind, from: .first, at: now) }
    }
}
