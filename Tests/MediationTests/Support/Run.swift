// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// A mediator that is looked at every second, and what a store would hold of its intervals.
final class Run {
    var names = NameTable(seed: 11)
    var mediator: Mediator
    private(set) var now: Double
    private(set) var intervals: [(at: Double, interval: FlowInterval)] = []
    private(set) var connections: [Int64: Stored] = [:]

    /// A connection as its intervals add up to.
    struct Stored {
        var sums: [FlowField: UInt64] = [:]
        var latest: FlowRecord
        var intervals = 0
        var amendments = 0
    }

    init(at now: Double = 0, _ change: (inout MediationConfiguration) -> Void = { _ in }) {
        var configuration = MediationConfiguration()
        change(&configuration)
        mediator = Mediator(configuration, firstConnection: 1, names: &names)
        self.now = now
    }

    /// The cluster says that these are there.
    func tell(_ objects: ClusterObjects) { mediator.apply(.objects(objects, at: .at(now)), names: &names) }

    @discardableResult
    func receive(_ sample: Sample) -> Bool { mediator.receive(sample.record(&names), at: .at(now)).isKept }

    func receive(_ sample: Sample, at second: Double) {
        advance(to: second)
        receive(sample)
    }

    /// Looks every second until then, and then.
    func advance(to second: Double) {
        while now + 1 < second {
            now += 1
            look()
        }
        now = second
        look()
    }

    /// Sets the clock, and tells the mediator.
    func set(clock difference: Double) {
        now += difference
        mediator.clockWasSet(by: .milliseconds(Int64(difference * 1000)), at: .at(now))
    }

    func look() {
        var due: [FlowInterval] = []
        mediator.expire(at: .at(now), into: &due)
        take(due)
    }

    func flush() {
        var due: [FlowInterval] = []
        mediator.flush(at: .at(now), into: &due)
        take(due)
    }

    private func take(_ due: [FlowInterval]) {
        let statistics = mediator.statistics
        #expect(statistics.isBalanced, "\(statistics)")
        // Counting takes a look at every connection.
        if mediator.connectionCount < 1000 { #expect(statistics.held == UInt64(mediator.openCount), "\(statistics)") }
        for interval in due {
            var stored = connections[interval.connection] ?? Stored(latest: interval.record)
            stored.latest = interval.record
            if interval.hasInterval {
                stored.intervals += 1
                for scope in FlowCounter.Scope.allCases {
                    for counter in FlowCounter.allCases {
                        stored.sums[counter.delta(scope), default: 0] += interval.record[unsigned: counter.delta(scope)] ?? 0
                    }
                }
            } else {
                stored.amendments += 1
            }
            connections[interval.connection] = stored
            intervals.append((now, interval))
        }
    }

    /// The one connection there is.
    func only(sourceLocation: SourceLocation = #_sourceLocation) throws -> Stored {
        #expect(connections.count == 1, sourceLocation: sourceLocation)
        return try #require(connections.values.first, sourceLocation: sourceLocation)
    }

    func text(_ field: FlowField, of flow: FlowRecord?) -> String? {
        guard let name = flow?[name: field] else { return nil }
        return names.text(of: name)
    }
}

extension Run.Stored {
    var octets: UInt64 { sums[.octetDeltaCount] ?? 0 }
    var observation: Observation? { latest[unsigned: .observation].flatMap { Observation(rawValue: UInt8($0)) } }
    var type: FlowType? { latest[unsigned: .flowType].flatMap { FlowType(rawValue: UInt8($0)) } }

    /// Whether the sums of every counter are those of so many octets.
    func holds(octets: UInt64, scope: FlowCounter.Scope = .common) -> Bool {
        FlowCounter.allCases.allSatisfy { sums[$0.delta(scope)] == Sample.total($0, octets: octets) }
    }
}
