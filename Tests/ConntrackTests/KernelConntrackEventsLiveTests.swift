// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import Conntrack

/// Against the running kernel, in network namespaces of the tests' own. As another user than root these fail and say so.
@Suite struct KernelConntrackEventsLiveTests {
    @Test("an entry is told when it begins, when it is labelled, and when it ends")
    func lifetime() throws {
        let inserted = Connection.sample(label: Connection.Label())
        var labelled = inserted
        labelled.label = Connection.Label(low: 0xC9_0000_0065)
        let reading = try inNewNetworkNamespace { [labelled] in
            try LabelRule.add()
            _ = KernelAccounting().switchOn()
            var listener = try KernelConntrackEvents(patience: .milliseconds(1))
            try insert([inserted])
            try LiveTable.change(labelled)
            try LiveTable.delete(inserted)
            return try EventReading(of: &listener)
        }
        #expect(reading.events.map(\.kind) == [.new, .updated, .destroyed])
        #expect(reading.events.allSatisfy { $0.connection.original == inserted.original && $0.connection.zone == 65520 })
        #expect(Set(reading.events.map(\.connection.id)).count == 1)
        #expect(reading.events.map(\.connection.label.ingressRule) == [0, 0x65, 0])
        #expect(reading.events.map { $0.connection.counters != nil } == [false, false, true])
        let end = reading.events.last?.connection
        #expect(end?.mark == 0x13 && end?.start != nil && end?.stop != nil)
        #expect(reading.statistics.new == 1 && reading.statistics.updated == 1 && reading.statistics.destroyed == 1)
        #expect(!reading.wereLost && reading.statistics.lost == 0)
    }

    @Test(
        "changes that label nothing, and other zones, are left out by the kernel",
        arguments: [[65520], [7, 65520], [65520, 0]] as [[UInt16]])
    func filtered(zones: [UInt16]) throws {
        let inserted = [Connection.sample(), .sample(zone: 0), .sample(zone: 9)]
        let reading = try inNewNetworkNamespace {
            try LabelRule.add()
            var listener = try KernelConntrackEvents(zones: zones, patience: .milliseconds(1))
            try insert(inserted)
            for connection in inserted {
                var marked = connection
                marked.mark = 0x14
                try LiveTable.change(marked)
            }
            try LiveTable.flush()
            return try EventReading(of: &listener)
        }
        let expected = inserted.filter { zones.contains($0.zone) }.count
        #expect(reading.events.filter { $0.kind == .new }.count == expected)
        #expect(reading.events.filter { $0.kind == .destroyed }.count == expected)
        #expect(reading.events.allSatisfy { zones.contains($0.connection.zone) })
        #expect(reading.statistics.otherZones == 0 && reading.statistics.rejected == [:])
    }

    @Test("three hundred connections between two polls are each told once, with their final counters")
    func shortConnections() throws {
        let (reading, sent) = try inNewNetworkNamespace {
            try LabelRule.add()
            try Loopback.raise()
            _ = KernelAccounting().switchOn()
            var listener = try KernelConntrackEvents(zones: [0], patience: .milliseconds(1))
            var sent: [UInt16: Int] = [:]
            for index in 0..<300 {
                let port = UInt16(20_000 + index)
                for _ in 0...index % 3 { try Loopback.send(octets: 10 + index, from: port, to: 9) }
                sent[port] = (index % 3 + 1) * (10 + index + 28)
            }
            try LiveTable.flush()
            return (try EventReading(of: &listener), sent)
        }
        let ends = reading.events.filter { $0.kind == .destroyed && $0.connection.protocolIdentifier == 17 }.map(\.connection)
        #expect(ends.count == 300)
        #expect(Set(ends.map(\.original)).count == 300)
        for end in ends {
            #expect(end.counters?.octets == sent[end.original.sourcePort].map { UInt64($0) }, "port \(end.original.sourcePort)")
        }
        #expect(reading.statistics.lost == 0 && reading.statistics.rejected == [:])
    }

    @Test("a receive buffer that was full is told with how many events it lost, and what is left is read")
    func overflow() throws {
        let reading = try inNewNetworkNamespace {
            var listener = try KernelConntrackEvents(receiveBuffer: 4096, patience: .milliseconds(1))
            try insert((0..<200).map { Connection.sample(sourcePort: 10_000 + $0) })
            let first = try EventReading(of: &listener)
            try insert([.sample(sourcePort: 9)])
            return [first, try EventReading(of: &listener)]
        }
        let first = reading[0], second = reading[1]
        #expect(first.wereLost && first.statistics.overflows == 1)
        #expect(first.events.count > 0 && first.statistics.lost > 0)
        #expect(UInt64(first.events.count) + first.statistics.lost == 200)
        #expect(!second.wereLost && second.events.map(\.connection.original.sourcePort) == [9])
    }

    @Test("a tuple that is used again is told apart by the order of events and by its times")
    func reuse() throws {
        let reading = try inNewNetworkNamespace {
            _ = KernelAccounting().switchOn()
            var listener = try KernelConntrackEvents(patience: .milliseconds(1))
            for _ in 0..<3 {
                try insert([.sample()])
                try LiveTable.delete(.sample())
            }
            return try EventReading(of: &listener)
        }
        #expect(reading.events.map(\.kind) == [.new, .destroyed, .new, .destroyed, .new, .destroyed])
        let pairs = [0, 2, 4].map { (reading.events[$0].connection.id, reading.events[$0 + 1].connection.id) }
        #expect(pairs.allSatisfy { $0.0 == $0.1 })
    }

    @Test("without CAP_NET_ADMIN a subscription still comes with a smaller buffer or says what it needs")
    func notPermitted() throws {
        let error = try inNewNetworkNamespace { () throws -> ConntrackError? in
            try dropCapabilities()
            do throws(ConntrackError) {
                _ = try KernelConntrackEvents()
                return nil
            } catch {
                return error
            }
        }
        #expect(error == nil || error?.description.contains("CAP_NET_ADMIN") == true)
    }

    @Test("asked for more than the system's limit, root gets what was asked")
    func buffer() throws {
        let granted = try inNewNetworkNamespace { try KernelConntrackEvents(receiveBuffer: 33 << 20).receiveBuffer }
        #expect(granted == 33 << 20)
    }
}

/// All that waits to be read.
private struct EventReading: Sendable {
    var events: [ConnectionEvent] = []
    var wereLost = false
    let statistics: EventStatistics

    init(of listener: inout KernelConntrackEvents) throws {
        var count = -1
        while events.count > count {
            count = events.count
            if try listener.read(upTo: 64, into: &events) { wereLost = true }
        }
        statistics = listener.statistics
    }
}
