// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

/// Which imported records are of one connection, and what each moved.
@Suite struct ImportedConnectionsTests {
    private var connections = ImportedConnections(capacity: 4)
    private var next: Int64 = 0

    private static func flow(
        port: UInt64 = 1, start: UInt64? = 1000, end: UInt64, total: UInt64? = nil, delta: UInt64? = nil, connection: UInt64? = nil
    ) -> MappedFlow {
        let values: [(String, UInt64?)] = [
            ("sourceTransportPort", port), ("flowStartMilliseconds", start), ("flowEndMilliseconds", end), ("octetTotalCount", total),
            ("octetDeltaCount", delta), ("flowId", connection),
        ]
        var names = NameTable(seed: 1)
        return RecordMapping(columns: values.map(\.0)).flow(exportTime: Timestamp(seconds: 0), isZeroUnknown: true, names: &names) {
            values[$0].1.map(Value.unsigned)
        }
    }

    private mutating func take(_ flow: MappedFlow, origin: Int = 0, isStored: Bool = true) -> (connection: Int64, delta: UInt64?)? {
        var next = next
        defer { self.next = next }
        let interval = connections.interval(of: flow, origin: origin, isStored: isStored) {
            next += 1
            return next
        }
        return interval.map { ($0.connection, $0.record[unsigned: .octetDeltaCount]) }
    }

    @Test("records of a tuple and a start are intervals of one connection; of totals the growth counts")
    mutating func growth() throws {
        let taken = [100, 100, 250].enumerated().compactMap { take(Self.flow(end: 2000 + UInt64($0), total: $1)) }
        #expect(taken.map(\.connection) == [1, 1, 1] && taken.map(\.delta) == [100, 0, 150])
    }

    @Test("a total that shrinks, an earlier end, another start or another exporter is another connection, whose total is its growth")
    mutating func others() throws {
        let flows = [
            (Self.flow(end: 3000, total: 100), 0), (Self.flow(end: 4000, total: 50), 0), (Self.flow(end: 2000, total: 60), 0),
            (Self.flow(start: 1001, end: 5000, total: 70), 0), (Self.flow(end: 5000, total: 80), 1),
        ]
        let taken = flows.compactMap { take($0.0, origin: $0.1) }
        #expect(taken.map(\.connection) == [1, 2, 3, 4, 5] && taken.map(\.delta) == [100, 50, 60, 70, 80])
    }

    @Test("growth that is told is taken as it is told, however often")
    mutating func deltas() throws {
        let taken = (0..<3).compactMap { _ in take(Self.flow(end: 2000, total: 500, delta: 7)) }
        #expect(taken.map(\.delta) == [7, 7, 7])
    }

    @Test("without a start every record is a connection")
    mutating func withoutStart() throws {
        #expect((0..<2).compactMap { _ in take(Self.flow(start: nil, end: 2000, total: 5)) }.map(\.connection) == [1, 2])
    }

    @Test("a number of the connection joins what else differs, and its counters are left as they are")
    mutating func numbered() throws {
        let taken = [1, 2].compactMap { take(Self.flow(port: $0, end: 9 - $0, total: 5, connection: 44)) }
        #expect(taken.map(\.connection) == [1, 1] && taken.map(\.delta) == [nil, nil])
    }

    @Test("what was stored before gets no connection, and what follows still grows from it")
    mutating func resumed() throws {
        #expect(take(Self.flow(end: 2000, total: 100), isStored: false) == nil)
        let taken = try #require(take(Self.flow(end: 3000, total: 130)))
        #expect(taken == (1, 30))
    }

    @Test("beyond the capacity connections are forgotten, the longest unmet first")
    mutating func capacity() throws {
        for port in 1...5 as ClosedRange<UInt64> { _ = take(Self.flow(port: port, end: 2000, total: 100)) }
        #expect(take(Self.flow(port: 1, end: 3000, total: 130))?.delta == 130)
        #expect(take(Self.flow(port: 5, end: 3000, total: 130))?.delta == 30)
    }
}
