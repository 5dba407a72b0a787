// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

/// Sizes of single resolutions: that they are kept, what goes, and what answers say of it.
@Suite struct RetentionSizeTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start = Timestamp(seconds: 1_699_999_200)
    private let day = Duration.seconds(86_400)

    /// Steps until nothing is left to remove.
    private func retain(_ writer: FlowWriter, _ policy: RetentionPolicy, at now: Timestamp) throws -> RetentionStep {
        for _ in 0..<10_000 {
            let step = try writer.retain(policy, at: now)
            if !step.hasMore, step.rowsRemoved == 0 { return step }
        }
        throw StoreError.failed(code: 0, message: "retention does not end")
    }

    /// Flows of some days, handed over as they come, with retention now and then.
    ///
    /// - Returns: the octets of all of them.
    private func fill(
        _ writer: FlowWriter, _ flows: LivingFlows, days: Int, _ policy: RetentionPolicy?, each: (Timestamp) throws -> Void = { _ in }
    ) throws -> Int64 {
        var octets: Int64 = 0
        var nextDay = start + day
        while flows.clock - start < day * days {
            var batch = flows.batch()
            // Several at once, since it is not commits that are looked at.
            for _ in 0..<7 {
                let next = flows.batch()
                batch.intervals += next.intervals
                batch.names += next.names
            }
            for interval in batch.intervals {
                octets += Int64(interval.record[unsigned: .octetDeltaCount] ?? 0) * (interval.hasInterval ? 1 : 0)
            }
            try writer.write(batch)
            if let policy, flows.choice(4) == 0 { _ = try writer.retain(policy, at: flows.clock) }
            guard flows.clock >= nextDay else { continue }
            nextDay = nextDay + day
            if let policy { _ = try retain(writer, policy, at: flows.clock) }
            try each(flows.clock)
        }
        return octets
    }

    @Test("a simulated month: every resolution stays below its size and its age, the oldest goes first, and answers say what is gone")
    func month() throws {
        let sizes: [Resolution: Int64] = [.flows: 300_000, .minute: 150_000, .hour: 100_000]
        let ages: [Resolution: Duration] = [.flows: day * 3, .minute: day * 10, .tenMinutes: day * 15, .hour: day * 20]
        let policy = RetentionPolicy(ages: ages, sizes: sizes)
        let writer = try FlowStore.openForWriting(path: path)
        let reader = try FlowStore.openForReading(path: path)
        let flows = LivingFlows(seed: 31, at: start, quiet: 8)
        var fullest: [Resolution: Int64] = [:]
        let octets = try fill(writer, flows, days: 30, policy) { now in
            for kept in try reader.inspection().kept {
                fullest[kept.resolution] = max(fullest[kept.resolution] ?? 0, kept.octets)
                // A page that is begun, at each end of each of three tables.
                if let size = sizes[kept.resolution] { #expect(kept.octets <= size + 6 * 8192, "\(kept)") }
                if let age = ages[kept.resolution], let first = kept.span?.lowerBound {
                    #expect(now - first <= age + .seconds(kept.resolution.seconds), "\(kept)")
                }
                #expect(kept.limit == RetentionLimit(age: ages[kept.resolution], octets: sizes[kept.resolution]))
            }
        }
        // It was the sizes that held them, not that there was little.
        for (resolution, size) in sizes { #expect(fullest[resolution] ?? 0 > size * 3 / 4, "\(resolution): \(fullest)") }
        #expect(try reader.check() == [])
        // What the sums by day say is of the whole month.
        let all = TimeRange(from: start - day, to: flows.clock + day)
        let whole = try reader.top(TopQuery(fields: [], range: all))
        #expect(whole.totals.octets == UInt64(octets))
        #expect(try reader.completeness(in: all, answeredBy: .day).removedBefore == nil)
        let since = try reader.inspection().kept.map(\.keptSince)
        #expect(since.count == Resolution.allCases.count && since.last == .some(nil))
        // Finer ones are kept for less, and each says from when on.
        for resolution in Resolution.allCases.dropLast() {
            let removed = try #require(try reader.completeness(in: all, answeredBy: resolution).removedBefore)
            #expect(removed == zip(Resolution.allCases, since).compactMap { $0 <= resolution ? $1 : nil }.min())
            let later = TimeRange(from: removed, to: flows.clock + day)
            #expect(try reader.completeness(in: later, answeredBy: resolution).removedBefore == nil)
        }
        #expect(try reader.completeness(in: all, answeredBy: .flows).state == .incomplete)
    }

    @Test("what a resolution takes is told within a tenth of what reading every page tells", arguments: [1, 2] as [UInt64])
    func estimate(seed: UInt64) throws {
        let writer = try FlowStore.openForWriting(path: path)
        let flows = LivingFlows(seed: seed, at: start, quiet: 20)
        _ = try fill(writer, flows, days: 12, nil)
        _ = try retain(writer, RetentionPolicy(ages: [.flows: day * 8, .minute: day * 9]), at: flows.clock)
        let kept = try FlowStore.openForReading(path: path).inspection().kept
        let rooms = try writer.perform { database throws(StoreError) in
            let connection = try Connection(database)
            let estimate = RoomEstimate(connection: connection, sample: try RoomSample(connection))
            var rooms: [RoomEstimate.Room] = []
            for resolution in Resolution.allCases { rooms.append(try estimate.room(of: resolution)) }
            return rooms
        }
        for (kept, room) in zip(kept, rooms) {
            #expect(abs(room.octets - kept.octets) <= max(kept.octets / 10, 3 * 8192), "seed \(seed), \(kept): \(room)")
            #expect(abs(room.rows - kept.rows) <= kept.rows / 10, "seed \(seed), \(kept): \(room)")
        }
        #expect(kept[0].octets > 500_000)
    }

    @Test("a size that the last hour does not fit in is told, and the last hour stays")
    func tooSmall() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let flows = LivingFlows(seed: 5, at: start)
        for _ in 0..<100 { try writer.write(flows.batch()) }
        let step = try retain(writer, RetentionPolicy(sizes: [.flows: 1000], maximumOctets: 1000), at: flows.clock)
        #expect(step.tooLarge == [.flows] && step.wholeIsTooLarge)
        let kept = try FlowStore.openForReading(path: path).inspection().kept[0]
        #expect(kept.rows > 0 && kept.span.map { $0.upperBound - $0.lowerBound < .seconds(3700) } == true)
    }

    @Test("a store says by which limits it was kept last; one that nobody kept says nothing")
    func limits() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let reader = try FlowStore.openForReading(path: path)
        #expect(try reader.inspection().kept.allSatisfy { $0.limit == nil } && reader.inspection().limit == nil)
        for policy in [
            RetentionPolicy(ages: [.minute: day], sizes: [.hour: 5_000_000], ledgerAge: day * 2, maximumOctets: 1 << 40),
            RetentionPolicy(sizes: [.minute: 7_000_000]),
        ] {
            _ = try writer.retain(policy, at: start)
            let inspection = try reader.inspection()
            for kept in inspection.kept {
                #expect(kept.limit == RetentionLimit(age: policy.ages[kept.resolution], octets: policy.sizes[kept.resolution]))
            }
            #expect(inspection.limit?.octets == policy.maximumOctets && inspection.ledgerLimit?.age == policy.ledgerAge)
        }
    }
}
