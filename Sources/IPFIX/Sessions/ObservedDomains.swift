// SPDX-License-Identifier: Apache-2.0

/// What is known of each Observation Domain of one Transport Session: its sequence number and its counts.
///
/// At capacity further domains are counted together, and their sequence numbers are not followed.
struct ObservedDomains: Sendable {
    private struct State: Sendable {
        let id: UInt32
        var sequence = SequenceTracker()
        var statistics = DecodingStatistics()

        var allStatistics: DecodingStatistics {
            var all = statistics
            all.sequence = sequence.statistics
            return all
        }
    }

    private let capacity: Int
    private var states: [State] = []
    private var indices: [UInt32: Int] = [:]
    /// Of Messages whose domain could not be read, and of domains beyond the capacity.
    private(set) var others = DecodingStatistics()
    /// The domain of the last Message, which is usually that of the next.
    private var recent = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Where a domain is, making room for it; nil at capacity.
    mutating func index(of domain: UInt32) -> Int? {
        if recent < states.count, states[recent].id == domain { return recent }
        if let known = indices[domain] {
            recent = known
        } else {
            guard states.count < capacity else { return nil }
            recent = states.count
            indices[domain] = recent
            states.append(State(id: domain))
        }
        return recent
    }

    /// The counts of the domain at `index`, or of all others.
    subscript(index: Int?) -> DecodingStatistics {
        get { index.map { states[$0].statistics } ?? others }
        set {
            if let index { states[index].statistics = newValue } else { others = newValue }
        }
        _modify {
            if let index { yield &states[index].statistics } else { yield &others }
        }
    }

    /// The counts of a domain that has been heard, or of all others.
    mutating func change(_ domain: UInt32?, _ change: (inout DecodingStatistics) -> Void) {
        change(&self[domain.flatMap { indices[$0] }])
    }

    mutating func receive(at index: Int?, sequenceNumber: UInt32, records: Int?, exportTime: UInt32) -> SequenceTracker.Verdict {
        guard let index else { return .unknown }
        return states[index].sequence.receive(sequenceNumber: sequenceNumber, records: records, exportTime: exportTime)
    }

    mutating func settle(_ domain: UInt32, sequenceNumber: UInt32, records: Int) {
        guard let index = indices[domain] else { return }
        states[index].sequence.settle(sequenceNumber: sequenceNumber, records: records)
    }

    func statistics(of domain: UInt32) -> DecodingStatistics? { indices[domain].map { states[$0].allStatistics } }

    /// In the order of the domains' ids.
    var statistics: [(domain: UInt32, statistics: DecodingStatistics)] {
        states.sorted { $0.id < $1.id }.map { ($0.id, $0.allStatistics) }
    }
}
