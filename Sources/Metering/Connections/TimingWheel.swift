// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Slots to look at again at a time: what is due costs its own visit and nothing else.
///
/// ```
///   buckets  ┌ tick 7 ┬ tick 8 ┬ … ┬ tick 7 + 511 ┐   a tick is 100 ms; the next round of ticks uses the same buckets
/// ```
///
/// Deadlines are lazy: whoever is visited looks whether it is due, and otherwise is put in again. A deadline beyond the last bucket
/// goes into that one.
struct TimingWheel: Sendable {
    static let millisecondsPerTick: Int64 = 100
    private static let bucketCount: Int64 = 512

    private var buckets: [[UInt32]] = Array(repeating: [], count: Int(Self.bucketCount))
    /// All ticks before this one have been visited.
    private var next: Int64?

    /// Puts a slot in, to be visited by the first ``advance(to:into:)`` whose time has reached the deadline.
    ///
    /// - Returns: the tick of the visit. A slot that is visited at another tick than its last was moved meanwhile.
    mutating func schedule(_ slot: UInt32, at deadline: Timestamp, now: Timestamp) -> Int64 {
        let first = next ?? Self.tick(of: now)
        if next == nil { next = first }
        // Rounded up: a visit before the deadline would be in vain.
        let wanted = Self.tick(of: deadline + .milliseconds(Self.millisecondsPerTick - 1))
        let tick = min(max(wanted, first), first + Self.bucketCount - 1)
        buckets[Self.bucket(of: tick)].append(slot)
        return tick
    }

    /// A slot that was put in to be visited at a tick.
    struct Visit: Sendable, Hashable {
        let slot: UInt32
        let tick: Int64
    }

    /// Appends what is due by a time.
    mutating func advance(to now: Timestamp, into visits: inout [Visit]) {
        let last = Self.tick(of: now)
        guard var tick = next, tick <= last else { return }
        // After a longer pause than a round every bucket is due once.
        for _ in 0..<min(last - tick + 1, Self.bucketCount) {
            let bucket = Self.bucket(of: tick)
            for slot in buckets[bucket] { visits.append(Visit(slot: slot, tick: tick)) }
            // A bucket that was large once does not stay so.
            buckets[bucket].removeAll(keepingCapacity: buckets[bucket].count <= 1024)
            tick += 1
        }
        next = last + 1
    }

    /// When the first bucket in use comes up; nil when the wheel is empty.
    var firstDeadline: Timestamp? {
        guard let next else { return nil }
        for offset in 0..<Self.bucketCount where !buckets[Self.bucket(of: next + offset)].isEmpty {
            return Timestamp(milliseconds: (next + offset) * Self.millisecondsPerTick)
        }
        return nil
    }

    private static func tick(of time: Timestamp) -> Int64 { time.milliseconds / millisecondsPerTick }

    private static func bucket(of tick: Int64) -> Int { Int(((tick % bucketCount) + bucketCount) % bucketCount) }
}
