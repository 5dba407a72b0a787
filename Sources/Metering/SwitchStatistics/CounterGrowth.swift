// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What counters of a switch grew by between one reading and the next, whatever the switch did to them meanwhile.
///
/// A flow or port that was removed and made again counts from zero: all that it shows has been counted since the last reading. It is
/// known by counters that shrank, or by an age that did not grow with the others'. What was counted between the last reading and the
/// removal is lost with it, so growth is never too large and never negative.
struct CounterGrowth<Key: Hashable & Sendable, Counters: SwitchCounters>: Sendable {
    struct Reading {
        let key: Key
        let counters: Counters
        /// How long the flow or port has existed; nil where the switch does not tell.
        let age: Duration?
    }

    private struct State {
        var counters: Counters
        var age: Duration?
        var reading: UInt64
    }

    /// Ages waver by the time it takes to ask.
    private static var tolerance: Duration { .seconds(1) }

    let capacity: Int
    private var states: [Key: State] = [:]
    private var readings: UInt64 = 0
    private(set) var lastReading: Timestamp?
    /// Flows or ports found to have begun at zero again.
    private(set) var resets: UInt64 = 0
    /// Readings of flows or ports there was no room for.
    private(set) var refused: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Takes everything that was read at one moment; what is missing has been removed from the switch.
    ///
    /// The first reading is where growth begins: it grows by nothing itself. Of readings with the same key the first counts.
    mutating func observe(_ list: [Reading], at now: Timestamp, each: (Key, _ growth: Counters, _ current: Counters) -> Void) {
        let elapsed = elapsed(list, until: now)
        let isFirst = lastReading == nil
        readings += 1
        for reading in list {
            guard let state = states[reading.key] else {
                guard states.count < capacity else {
                    refused += 1
                    continue
                }
                keep(reading)
                each(reading.key, isFirst ? .zero : reading.counters, reading.counters)
                continue
            }
            guard state.reading != readings else { continue }
            let isContinued = !reading.counters.isBelow(state.counters) && continues(reading.age, state.age, elapsed)
            if !isContinued { resets += 1 }
            keep(reading)
            each(reading.key, isContinued ? reading.counters - state.counters : reading.counters, reading.counters)
        }
        states = states.filter { $0.value.reading == readings }
        lastReading = now
    }

    private mutating func keep(_ reading: Reading) {
        states[reading.key] = State(counters: reading.counters, age: reading.age, reading: readings)
    }

    private func continues(_ age: Duration?, _ before: Duration?, _ elapsed: Duration) -> Bool {
        guard let age, let before else { return true }
        return age + Self.tolerance >= before + elapsed
    }

    /// The time since the last reading by the switch's own clock, so that a step of ours looks like no restart: what most has aged.
    private func elapsed(_ list: [Reading], until now: Timestamp) -> Duration {
        guard let lastReading else { return .zero }
        var most = Duration.zero
        for reading in list {
            guard let age = reading.age, let before = states[reading.key]?.age else { continue }
            most = max(most, age - before)
        }
        return min(most, max(.zero, now - lastReading))
    }
}
