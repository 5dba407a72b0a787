// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

@Suite struct FlowWriterTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let second: Int64 = 1_700_000_000

    private func interval(_ connection: Int64, at second: Int64, hasInterval: Bool = true, _ change: (inout FlowRecord) -> Void = { _ in })
        -> FlowInterval
    {
        var record = FlowRecord()
        record[time: .flowEndMilliseconds] = Timestamp(milliseconds: second * 1000 + 250)
        change(&record)
        return FlowInterval(connection: connection, record: record, isConnectionChanged: true, hasInterval: hasInterval)
    }

    private func batch(_ intervals: FlowInterval...) -> StoreBatch {
        var batch = StoreBatch()
        batch.intervals = intervals
        return batch
    }

    private func rows(_ sql: String) throws -> [[String?]] { try storedRows(sql, of: path) }

    @Test("every kind of field comes back as it went in, and what is unknown is NULL", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = RandomFlows(seed: seed)
        let writer = try FlowStore.openForWriting(path: path)
        var expected: [[String: String]] = []
        for batchNumber in 0..<4 {
            var batch = StoreBatch()
            for index in 0..<25 {
                let (record, texts) = random.record(end: Timestamp(milliseconds: (second + Int64(batchNumber)) * 1000 + Int64(index)))
                batch.intervals.append(FlowInterval(connection: Int64(expected.count + 1), record: record, isConnectionChanged: true))
                expected.append(texts)
            }
            batch.names = random.newNames()
            #expect(try writer.write(batch).unknownNames == 0)
        }
        let stored = try rows("SELECT * FROM flows ORDER BY id")
        #expect(stored.count == expected.count)
        for (row, texts) in zip(stored, expected) {
            for (definition, value) in zip(FlowSchema.fields, row.dropFirst(2)) {
                #expect(value == texts[definition.name], "\(definition.name), seed \(seed)")
            }
        }
    }

    @Test("an end before the beginning makes no throughput", arguments: [-5000, 0, nil] as [Int64?])
    func endBeforeBeginning(milliseconds: Int64?) throws {
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(
            batch(
                interval(1, at: second) {
                    $0[time: .flowStartMilliseconds] = milliseconds.map { Timestamp(milliseconds: second * 1000 + 250 - $0) }
                    $0[unsigned: .octetDeltaCount] = 1000
                }))
        #expect(try rows("SELECT octetDeltaCount, throughput FROM flows") == [["1000", nil]])
    }

    @Test("a later record corrects and adds to a connection, and erases nothing")
    func amendedConnection() throws {
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(
            batch(
                interval(7, at: second) {
                    $0[unsigned: .sourceTransportPort] = 40_000
                    $0[unsigned: .observation] = 2
                }))
        try writer.write(
            batch(
                interval(7, at: second + 1, hasInterval: false) {
                    $0[unsigned: .observation] = 1
                    $0[unsigned: .flowType] = 2
                }))
        #expect(
            try rows("SELECT sourceTransportPort, observation, flowType, protocolIdentifier, intervals FROM connections") == [
                ["40000", "1", "2", nil, "1"]
            ])
    }

    @Test("a connection without an interval is a row of connections")
    func connectionOnly() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(batch(interval(1, at: second, hasInterval: false)))
        #expect(result.connections == 1 && result.intervals == 0)
        #expect(try rows("SELECT connection, intervals, octetDeltaCount FROM connections") == [["1", "0", nil]])
    }

    @Test("the view connections has the last end, the latest totals and the sums of deltas")
    func connectionsView() throws {
        let writer = try FlowStore.openForWriting(path: path)
        for step in 1...3 as ClosedRange<UInt64> {
            try writer.write(
                batch(
                    interval(1, at: second + Int64(step)) {
                        $0[unsigned: .octetTotalCount] = step * 100
                        $0[unsigned: .octetDeltaCount] = 100
                    }))
        }
        #expect(
            try rows("SELECT flowEndMilliseconds, octetTotalCount, octetDeltaCount, packetTotalCount, intervals FROM connections")
                == [["\((second + 3) * 1000 + 250)", "300", "300", nil, "3"]])
    }

    @Test("counts that do not fit leave the views readable")
    func overflowingSums() throws {
        let writer = try FlowStore.openForWriting(path: path)
        for step in 0..<3 as Range<Int64> {
            try writer.write(batch(interval(1, at: second + step) { $0[unsigned: .octetDeltaCount] = .max }))
        }
        #expect(try rows("SELECT octetDeltaCount, packetDeltaCount FROM connections") == [["\(Int64.max)", nil]])
    }

    @Test("the id of an interval is its end second and a sequence that goes on after a restart and for late records")
    func identifiers() throws {
        for _ in 0..<2 {
            let writer = try FlowStore.openForWriting(path: path)
            try writer.write(batch(interval(1, at: second), interval(1, at: second + 5), interval(1, at: second)))
        }
        let first = second << 22, later = (second + 5) << 22
        #expect(
            try rows("SELECT id FROM interval ORDER BY id") == [first, first + 1, first + 2, first + 3, later, later + 1].map { ["\($0)"] })
    }

    @Test("a second with four million intervals goes on in the next")
    func fullSecond() throws {
        let writer = try FlowStore.openForWriting(path: path)
        try writer.queue.write {
            try $0.execute(
                sql: "INSERT INTO interval (id, connection, shape, endOffset) VALUES (?, 1, 0, 0)", arguments: [((second + 1) << 22) - 1])
        }
        try writer.write(batch(interval(1, at: second)))
        #expect(try rows("SELECT max(id) FROM interval") == [["\((second + 1) << 22)"]])
    }

    @Test("an interval that has no place in time is refused and counted", arguments: [nil, -1, Int64.max] as [Int64?])
    func timeless(milliseconds: Int64?) throws {
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(
            batch(interval(1, at: second) { $0[time: .flowEndMilliseconds] = milliseconds.map(Timestamp.init(milliseconds:)) }))
        #expect(result.refusedIntervals == 1 && result.intervals == 0)
    }

    @Test("connection ids go on after a restart")
    func nextConnection() throws {
        do {
            let writer = try FlowStore.openForWriting(path: path)
            #expect(writer.nextConnection() == 1)
            try writer.write(batch(interval(41, at: second)))
        }
        #expect(try FlowStore.openForWriting(path: path).nextConnection() == 42)
    }

    @Test("names of another run have other ids and the same rows")
    func namesOfTwoRuns() throws {
        for id in [5, 9] as [UInt32] {
            let writer = try FlowStore.openForWriting(path: path)
            var batch = batch(interval(Int64(id), at: second) { $0[name: .sourcePodName] = NameID(rawValue: id) })
            batch.names = [StoreBatch.NewName(id: NameID(rawValue: id), text: "web")]
            try writer.write(batch)
        }
        #expect(try rows("SELECT sourcePodName FROM flows") == [["web"], ["web"]])
        #expect(try rows("SELECT count(*) FROM name") == [["1"]])
    }

    @Test("a name that no batch brought is unknown and counted; the one for too many needs none")
    func unknownName() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(
            batch(
                interval(1, at: second) {
                    $0[name: .sourcePodName] = NameID(rawValue: 3)
                    $0[name: .destinationPodName] = .tooMany
                }))
        #expect(result.unknownNames == 1)
        #expect(try rows("SELECT sourcePodName, destinationPodName FROM flows") == [[nil, NameTable.tooManyText]])
    }

    @Test("a batch in parts is the batch: names come with the first part, the ledger with the last, and one that failed is written again")
    func parts() throws {
        var random = RandomFlows(seed: 9)
        var batch = StoreBatch()
        for index in 0..<2500 {
            let (record, _) = random.record(end: Timestamp(seconds: second + Int64(index % 7)))
            batch.intervals.append(FlowInterval(connection: Int64(index + 1), record: record, isConnectionChanged: true))
        }
        batch.names = random.newNames()
        batch.exporterMinutes = [ExporterMinute(exporter: "udp://192.0.2.1", observationDomainID: 1, minute: Timestamp(seconds: second))]
        let writer = try FlowStore.openForWriting(path: path)
        var (intervals, minutes): ([Int], [Int]) = ([], [])
        for part in [0..<1000, 1000..<2000, 2000..<2500] {
            try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 1") }
            #expect(throws: StoreError.full) { try writer.write(batch, intervals: part) }
            try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            let result = try writer.write(batch, intervals: part)
            #expect(result.unknownNames == 0)
            intervals.append(result.intervals)
            minutes.append(result.exporterMinutes)
        }
        #expect(intervals == [1000, 1000, 500] && minutes == [0, 0, 1])
        let whole = folder.file("whole.db")
        try FlowStore.openForWriting(path: whole).write(batch)
        for table in ["interval", "connection", "conversation", "name", "address", "exporter_minute"] {
            let sql = "SELECT * FROM \(table) ORDER BY 1"
            #expect(try storedRows(sql, of: path) == storedRows(sql, of: whole), "\(table)")
        }
    }

    @Test("entries of the ledger add up, saturate, and keep the node's name")
    func ledger() throws {
        let writer = try FlowStore.openForWriting(path: path)
        var minute = ExporterMinute(
            exporter: "tcp://192.0.2.7", observationDomainID: 5, nodeName: "node-a", minute: Timestamp(seconds: 1_699_999_980))
        minute.records = 10
        minute.messages = .max
        var later = minute
        later.nodeName = nil
        later.lost = 3
        var batch = StoreBatch()
        batch.exporterMinutes = [minute, later]
        #expect(try writer.write(batch).exporterMinutes == 2)
        #expect(
            try rows(
                "SELECT minute, exporter, observationDomainID, nodeName, messages, records, lost, setsWithoutTemplate, isComplete FROM completeness"
            )
                == [["2023-11-14T22:13:00Z", "tcp://192.0.2.7", "5", "node-a", "\(Int64.max)", "20", "3", "0", "0"]])
        #expect(
            try rows(
                "SELECT exporter, observationDomainID, nodeName, firstMinute, lastMinute, minutes, messages, records, lost, refused FROM exporters"
            )
                == [
                    [
                        "tcp://192.0.2.7", "5", "node-a", "2023-11-14T22:13:00Z", "2023-11-14T22:13:00Z", "1", "\(Int64.max)", "20", "3",
                        "0",
                    ]
                ])
    }
}
