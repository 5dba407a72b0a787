// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

@Suite struct TopTests {
    private let folder = TemporaryFolder()
    private let second: Int64 = 1_700_000_000
    private var range: TimeRange { TimeRange(from: Timestamp(seconds: second), to: Timestamp(seconds: second + 100)) }

    /// Intervals of (connection, pod, state, octets, reverse octets), one a second.
    private func reader(_ rows: [(Int64, String?, String, UInt64?, UInt64?)], observation: UInt64 = 1) throws -> FlowReader {
        let path = folder.file("flows.db")
        let writer = try FlowStore.openForWriting(path: path)
        var names = NameTable(seed: 1)
        var batch = StoreBatch()
        for (index, row) in rows.enumerated() {
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = Timestamp(seconds: second + Int64(index))
            record[name: .sourcePodName] = row.1.map { names.id(of: $0) }
            record[name: .tcpState] = names.id(of: row.2)
            record[unsigned: .octetDeltaCount] = row.3
            record[unsigned: .reverseOctetDeltaCount] = row.4
            record[unsigned: .observation] = observation
            record[uuid: .sourcePodUUID] = (high: 1, low: UInt64(row.0))
            batch.intervals.append(FlowInterval(connection: row.0, record: record, isConnectionChanged: true))
        }
        batch.names =
            names.count == 0
            ? []
            : (1...names.count).map {
                StoreBatch.NewName(id: NameID(rawValue: UInt32($0)), text: names.text(of: NameID(rawValue: UInt32($0))))
            }
        try writer.write(batch)
        return try FlowStore.openForReading(path: path)
    }

    @Test("groups are ordered by both directions, and those past the limit are added up")
    func order() throws {
        let reader = try reader([(1, "a", "", 10, 0), (2, "b", "", 1, 100), (3, "c", "", 5, 0), (3, "c", "", 6, 0), (4, nil, "", 2, 0)])
        let result = try reader.top(TopQuery(fields: [.sourcePodName], limit: 2, range: range))
        #expect(result.groups.map(\.key) == [[.text("b")], [.text("c")]])
        #expect(result.groups.map(\.traffic.allOctets) == [101, 11])
        #expect(result.groups.map(\.traffic.connections) == [1, 1])
        #expect(result.otherGroupCount == 2 && result.others?.octets == 12)
        #expect(
            result.totals.octets == 24 && result.totals.reverseOctets == 100 && result.totals.connections == 4
                && result.totals.intervals == 5)
    }

    @Test("what nobody counted is unknown, comes last, and is counted as such")
    func withoutCounters() throws {
        let reader = try reader([(1, "a", "", nil, nil), (2, "b", "", 0, nil)])
        let result = try reader.top(TopQuery(fields: [.sourcePodName], range: range))
        #expect(result.groups.map(\.key) == [[.text("b")], [.text("a")]])
        #expect(result.groups.map(\.traffic.octets) == [0, nil])
        #expect(result.totals.intervalsWithoutCounters == 1 && result.totals.reverseOctets == nil && result.others == nil)
    }

    @Test("a connection in two groups counts in both, and once in the total")
    func connectionInTwoGroups() throws {
        let reader = try reader([(1, "a", "SYN_SENT", 1, 1), (1, "a", "ESTABLISHED", 1, 1)])
        let result = try reader.top(TopQuery(fields: [.tcpState], order: .connections, range: range))
        #expect(result.groups.map(\.traffic.connections) == [1, 1] && result.totals.connections == 1)
    }

    @Test("counts at the limit of what can be counted do not make the rest unreadable")
    func saturation() throws {
        let reader = try reader([(1, "a", "", .max, .max), (2, "a", "", .max, 5), (3, "a", "", 7, .max)])
        let result = try reader.top(TopQuery(fields: [.sourcePodName], range: range))
        #expect(result.totals.octets == UInt64(Int64.max) * 2 + 1 && result.totals.allOctets == .max)
    }

    @Test("fields of every kind can be grouped by")
    func kinds() throws {
        let reader = try reader([(1, "a", "", 1, 1), (2, "a", "", 1, 1)])
        let fields = FlowSchema.fields.map(\.field).filter(FlowStore.isGroupable)
        for field in fields { #expect(try reader.top(TopQuery(fields: [field], range: range)).totals.intervals == 2) }
        let uuids = try reader.top(TopQuery(fields: [.sourcePodUUID, .sourcePodName], order: .connections, range: range))
        #expect(
            uuids.groups.map(\.key.first) == [.text("00000000-0000-0001-0000-000000000001"), .text("00000000-0000-0001-0000-000000000002")])
    }

    @Test("counters and times cannot be grouped by")
    func notGroupable() {
        for field in [.octetDeltaCount, .throughput, .flowStartMilliseconds, .flowEndSeconds, .packetTotalCountFromSourceNode]
            as [FlowField]
        {
            #expect(!FlowStore.isGroupable(field))
        }
        for field in [.observation, .tcpState, .icmpTypeCode, .destinationClusterIP, .sourcePodLabels] as [FlowField] {
            #expect(FlowStore.isGroupable(field))
        }
    }

    @Test("a range up to a moment within a second holds what ended in that second; up to its beginning it does not")
    func endOfRange() throws {
        let reader = try reader([(1, "a", "", 1, 0), (2, "b", "", 2, 0)])
        let from = Timestamp(seconds: second)
        for (to, octets): (Timestamp, UInt64) in [
            (from + .milliseconds(1001), 3), (from + .milliseconds(1000), 1), (from + .milliseconds(1), 1),
        ] {
            #expect(try reader.top(TopQuery(fields: [.sourcePodName], range: TimeRange(from: from, to: to))).totals.octets == octets)
        }
        #expect(try reader.top(TopQuery(fields: [.sourcePodName], range: TimeRange(from: from, to: from))).totals.octets == nil)
    }

    @Test("only intervals that end in the range count, its end excluded")
    func rangeBounds() throws {
        let reader = try reader([(1, "a", "", 1, 0), (2, "a", "", 10, 0), (3, "a", "", 100, 0)])
        let middle = TimeRange(from: Timestamp(seconds: second + 1), to: Timestamp(seconds: second + 2))
        #expect(try reader.top(TopQuery(fields: [.sourcePodName], range: middle)).totals.octets == 10)
        #expect(try reader.flows([.octetDeltaCount], in: middle, limit: nil).rows == [[.integer(2), .integer(10)]])
    }

    @Test("connections that one node alone reported are counted once", arguments: [2, 3] as [UInt64])
    func halves(observation: UInt64) throws {
        let reader = try reader([(1, "a", "", 1, 0), (1, "a", "", 1, 0), (2, "b", "", 1, 0)], observation: observation)
        let halves = try reader.top(TopQuery(fields: [.sourcePodName], range: range)).halves
        #expect([halves.sourceOnly, halves.destinationOnly] == (observation == 2 ? [2, 0] : [0, 2]))
    }

    @Test("flows come newest first, and say when there were more")
    func newestFirst() throws {
        let reader = try reader([(1, "a", "", 1, 0), (2, "b", "", 2, 0), (3, nil, "", 3, 0)])
        let table = try reader.flows([.sourcePodName], in: range, limit: 2)
        #expect(table.columns == ["connection", "sourcePodName"] && table.isTruncated)
        #expect(table.rows == [[.integer(3), .null], [.integer(2), .text("b")]])
    }
}
