// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

@Suite struct RollupTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start = Timestamp(milliseconds: 1_699_999_123_456)

    /// A store of about two days of flows.
    private func store(seed: UInt64, batches: Int) throws -> (LivingFlows, FlowWriter) {
        let flows = LivingFlows(seed: seed, at: start, quiet: 8)
        var writer: FlowWriter?
        for index in 0..<batches {
            // A program that starts again knows nothing of the rows it made.
            if index % 200 == 199 { writer = nil }
            let open = try writer ?? FlowStore.openForWriting(path: path)
            try open.write(flows.batch())
            writer = open
        }
        return (flows, try #require(writer))
    }

    private struct Answer: Equatable {
        let groups: [[ResultValue]: Traffic]
        let totals: Traffic
        let halves: ObservedHalves

        init(_ result: TopResult) {
            groups = Dictionary(uniqueKeysWithValues: result.groups.map { ($0.key, $0.traffic) })
            totals = result.totals
            halves = result.halves
        }
    }

    @Test("Property: the answer is the same from every resolution", arguments: [1, 2] as [UInt64])
    func sameAnswer(seed: UInt64) throws {
        let (flows, writer) = try store(seed: seed, batches: 600)
        _ = writer
        #expect(try resolutions(ofAnswersAbout: flows, rounds: 40, seed) == Set(Resolution.allCases))
    }

    @Test("a store without sums by ten minutes has them from the hour on that was not over when it was updated, and the same answers")
    func withoutTenMinutes() throws {
        let flows: LivingFlows
        do {
            let (living, writer) = try store(seed: 9, batches: 300)
            flows = living
            try writer.queue.write { try $0.execute(sql: Self.undoTenMinutes) }
        }
        #expect(throws: StoreError.olderStore(path: path)) { try FlowStore.openForReading(path: path) }
        let writer = try FlowStore.openForWriting(path: path)
        for _ in 0..<300 { try writer.write(flows.batch()) }
        #expect(try resolutions(ofAnswersAbout: flows, rounds: 40, 9) == Set(Resolution.allCases))
        #expect(try FlowStore.openForReading(path: path).check() == [])
        let (complete, oldest) = try writer.queue.read { database in
            (
                try Int64.fetchOne(database, sql: "SELECT complete FROM resolution WHERE name = '10m'") ?? 0,
                try Int64.fetchOne(database, sql: "SELECT oldest FROM resolution WHERE name = '10m'") ?? 0
            )
        }
        #expect(oldest % 6 == 0 && oldest > start.seconds / 600 && complete > oldest)
    }

    /// Makes a store what the program before v9 would have left.
    private static let undoTenMinutes = """
        DROP VIEW flows_10m;
        DROP VIEW flows_1h;
        DROP VIEW flows_1d;
        DROP TABLE rollup_10m;
        DELETE FROM resolution WHERE name = '10m';
        DELETE FROM rollup_gap WHERE resolution = '10m';
        DELETE FROM rollup_period WHERE resolution = '10m';
        ALTER TABLE rollup_period ADD COLUMN maximumSince INTEGER NOT NULL DEFAULT -1;
        UPDATE rollup_period
        SET maximumSince = period - earliest / CASE resolution WHEN '1m' THEN 60 WHEN '1h' THEN 3600 ELSE 86400 END
        WHERE earliest IS NOT NULL;
        ALTER TABLE rollup_period DROP COLUMN earliest;
        DELETE FROM grdb_migrations WHERE identifier = 'v9-ten-minutes';
        """

    /// Asks random questions, each of sums and of intervals.
    ///
    /// - Returns: what they were answered from.
    private func resolutions(ofAnswersAbout flows: LivingFlows, rounds: Int, _ seed: UInt64) throws -> Set<Resolution> {
        let reader = try FlowStore.openForReading(path: path)
        let bounds = start.milliseconds...flows.clock.milliseconds
        var used: Set<Resolution> = []
        for round in 0..<rounds {
            // The whole range, parts of it, and now and then a short one.
            let a = round == 0 ? start : flows.moment(in: bounds)
            let b = round == 0 ? flows.clock : round % 4 == 0 ? a + .seconds(Int64(flows.choice(500))) : flows.moment(in: bounds)
            var query = TopQuery(
                fields: [[.sourcePodName], [.destinationPodName, .destinationTransportPort], [.observation, .sourcePodLabels]][
                    flows.choice(3)],
                range: TimeRange(from: min(a, b), to: max(a, b)))
            if round % 3 == 0 {
                query.key = GroupKey(
                    [GroupKey.Part(.field(.sourcePodName), counterpart: .field(.destinationPodName))], isTurned: true)
            }
            used.formUnion(try reader.plan(query).parts.map(\.resolution))
            let answer = try reader.top(query)
            query.coarsestAllowed = .flows
            #expect(try Answer(answer) == Answer(reader.top(query)), "seed \(seed), \(query.range)")
        }
        return used
    }

    @Test("Property: a series is the same from every resolution", arguments: [5] as [UInt64])
    func sameSeries(seed: UInt64) throws {
        let (flows, writer) = try store(seed: seed, batches: 400)
        _ = writer
        let reader = try FlowStore.openForReading(path: path)
        let bounds = start.milliseconds...flows.clock.milliseconds
        for step in [60, 300, 3600, 7200, 86_400, 7] as [Int64] {
            let (a, b) = (flows.moment(in: bounds), flows.moment(in: bounds))
            var query = TopQuery(fields: [.sourcePodName], limit: 3, range: TimeRange(from: min(a, b), to: max(a, b)))
            if flows.choice(2) == 0 { query.filter = try FlowFilter(parsing: "port in (80, 53) and not destination pod server-1") }
            if flows.choice(2) == 0 {
                query.key = GroupKey(
                    [GroupKey.Part(.workload(name: .sourceWorkloadName, pod: .sourcePodName), counterpart: .field(.destinationPodName))],
                    isTurned: true)
            }
            let series = try reader.series(SeriesQuery(query, step: step))
            query.coarsestAllowed = .flows
            let exact = try reader.series(SeriesQuery(query, step: step))
            #expect(series.steps.map(\.start) == exact.steps.map(\.start), "seed \(seed), step \(step)")
            #expect(series.steps.map(\.total) == exact.steps.map(\.total), "seed \(seed), step \(step)")
            #expect(series.steps.map(\.groups) == exact.steps.map(\.groups), "seed \(seed), step \(step)")
            // Each step is what the same question of its time alone would tell.
            let whole = query.range
            for part in exact.steps {
                let end = min(Timestamp(seconds: (part.start.seconds / step + 1) * step), whole.to)
                query.range = TimeRange(from: part.start, to: end)
                query.limit = nil
                let alone = try reader.top(query)
                #expect(part.total == alone.totals, "seed \(seed), step \(step), \(part.start)")
                for (group, traffic) in zip(exact.whole.groups, part.groups) {
                    #expect(alone.groups.first { $0.key == group.key }?.traffic == traffic, "seed \(seed), step \(step), \(part.start)")
                }
            }
        }
    }

    @Test("Property: unequal steps tell what the same question of each one's time would", arguments: [9, 10] as [UInt64])
    func unequalSteps(seed: UInt64) throws {
        let (flows, writer) = try store(seed: seed, batches: 400)
        _ = writer
        let reader = try FlowStore.openForReading(path: path)
        let bounds = start.milliseconds...flows.clock.milliseconds
        for unit in [1, 60, 900, 3600] as [Int64] {
            let (a, b) = (flows.moment(in: bounds), flows.moment(in: bounds))
            let whole = TimeRange(from: min(a, b), to: max(a, b))
            var query = TopQuery(fields: [.sourcePodName], limit: 3, range: whole)
            if flows.choice(2) == 0 { query.key = GroupKey([.sourceIPAddress]) }
            // Some of them outside of the range.
            let inner = Set((0..<6).map { _ in flows.moment(in: bounds).seconds / unit * unit }).sorted()
            let series = try reader.series(SeriesQuery(query, .between(inner)))
            let within = inner.map { Timestamp(seconds: $0) }.filter { $0 > whole.from && $0 < whole.to }
            let ends = [whole.from] + within + [whole.to]
            query.limit = nil
            var expected: [Traffic] = []
            for (from, to) in zip(ends, ends.dropFirst()) {
                query.range = TimeRange(from: from, to: to)
                let alone = try reader.top(query)
                guard alone.totals.intervals > 0 else { continue }
                let step = try #require(series.steps.dropFirst(expected.count).first, "seed \(seed), unit \(unit)")
                // Steps begin with whole seconds.
                #expect(step.start >= Timestamp(seconds: from.seconds) && step.start < to, "seed \(seed), unit \(unit)")
                for (group, traffic) in zip(series.whole.groups, step.groups) {
                    #expect(alone.groups.first { $0.key == group.key }?.traffic == traffic, "seed \(seed), unit \(unit), \(from)")
                }
                expected.append(alone.totals)
            }
            #expect(series.steps.map(\.total) == expected, "seed \(seed), unit \(unit)")
        }
    }

    @Test("the views of sums add up to the intervals", arguments: [7] as [UInt64])
    func viewsAddUp(seed: UInt64) throws {
        let (_, writer) = try store(seed: seed, batches: 600)
        let sums = try writer.queue.read { database in
            try Resolution.allCases.map(\.view).map { view in
                try Row.fetchOne(
                    database,
                    sql: """
                        SELECT sum(octetDeltaCount) AS octets, sum(reverseOctetDeltaCount) AS reverse, sum(packetDeltaCount) AS packets,
                          \(view == "flows" ? "count(*)" : "sum(intervals)") AS intervals,
                          \(view == "flows" ? "count(DISTINCT connection)" : "sum(newConnections)") AS connections
                        FROM \(view)
                        """)
            }
        }
        for sum in sums { #expect(sum == sums[0]) }
    }

    @Test("a query for which sums lack a field reads intervals, and one over whole days reads days")
    func chosenRelations() throws {
        let (flows, writer) = try store(seed: 8, batches: 700)
        _ = writer
        let reader = try FlowStore.openForReading(path: path)
        let range = TimeRange(from: start, to: flows.clock)
        #expect(try reader.plan(TopQuery(fields: [.sourceIPAddress], range: range)).parts.map(\.resolution) == [.flows])
        let whole = TimeRange(from: Timestamp(seconds: 1_700_006_400), to: Timestamp(seconds: 1_700_092_800))
        let plan = try reader.plan(TopQuery(fields: [.sourcePodName], range: whole))
        #expect(plan.parts.map(\.resolution) == [.day] && plan.range == whole)
        #expect(plan.parts.allSatisfy { $0.sql.contains("rollup_1d") && $0.rows > 0 })
    }
}
