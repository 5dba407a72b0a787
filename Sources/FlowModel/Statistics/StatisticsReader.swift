// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Turns the Data Sets of one Transport Session that carry statistics into records for the store.
///
/// What it keeps is bounded: at `capacity` waiting records, and beyond ``counterNameCapacity`` names of counters, further ones are passed
/// over and counted.
public struct StatisticsReader: Sendable {
    /// As `tcp://192.0.2.7`.
    public let exporter: String
    /// Records that may wait for ``take()``.
    public let capacity: Int
    /// Names of counters that a session may invent. Weir's own are ``NodeCounter``'s few.
    public static let counterNameCapacity = 64
    /// Observation Domains and processes in them, with the names of counters, of which a session may tell.
    public static let seriesCapacity = 1024

    /// Records that were handed on by ``take()``, or wait for it.
    public private(set) var records: UInt64 = 0
    /// Records passed over because too many waited.
    public private(set) var refusedForRoom: UInt64 = 0
    /// Records of counters that were one name or one process too many, or had no name.
    public private(set) var refusedNames: UInt64 = 0

    /// By template generation; nil for a template that describes no statistics.
    private var plans: [UInt64: StatisticsPlan?] = [:]
    private var counterNames: Set<NameID> = []
    private var series: Set<Series> = []
    private var waiting: [ReceivedStatistics] = []

    public init(exporter: String, capacity: Int = 65_536) {
        self.exporter = exporter
        self.capacity = capacity
    }

    /// Reads the records of a Data Set if they are statistics.
    ///
    /// - Parameters:
    ///   - message: the Message that `set` lies in.
    ///   - now: when it arrived.
    /// - Returns: false for a set that is not for this reader; nothing was read then.
    public mutating func read(_ message: RawSpan, set: DataSet, header: MessageHeader, at now: Timestamp, names: inout NameTable) -> Bool {
        guard let plan = plan(for: set) else { return false }
        plan.decode(message, set: set, names: &names) { statistics, _ in
            if !admits(statistics, ofDomain: header.observationDomainID) {
                refusedNames += 1
            } else if waiting.count >= capacity {
                refusedForRoom += 1
            } else {
                records += 1
                waiting.append(
                    ReceivedStatistics(
                        exporter: exporter, observationDomainID: header.observationDomainID,
                        exportTime: Timestamp(seconds: Int64(header.exportTime)), receivedAt: now,
                        record: statistics))
            }
        }
        return true
    }

    /// What has been read since the last call.
    public mutating func take() -> [ReceivedStatistics] {
        defer { waiting.removeAll() }
        return waiting
    }

    /// What the store keeps a row of for as long as it lives.
    private struct Series: Hashable {
        let domain: UInt32
        let process: UInt64
        let name: NameID?
    }

    private mutating func admits(_ statistics: StatisticsRecord, ofDomain domain: UInt32) -> Bool {
        guard statistics.kind.isOption else { return true }
        let name = statistics[name: .selectorName]
        if statistics.kind == .nodeCounter {
            guard let name, counterNames.contains(name) || counterNames.count < Self.counterNameCapacity else { return false }
            counterNames.insert(name)
        }
        let process = statistics[unsigned: .exportingProcessId] ?? statistics[unsigned: .meteringProcessId] ?? 0
        let key = Series(domain: domain, process: process, name: name)
        guard series.contains(key) || series.count < Self.seriesCapacity else { return false }
        series.insert(key)
        return true
    }

    private mutating func plan(for set: DataSet) -> StatisticsPlan? {
        if let plan = plans[set.templateGeneration] { return plan }
        let plan = StatisticsPlan(set.template)
        // Templates change seldom; a session that keeps changing them starts over rather than growing.
        if plans.count >= 4096 { plans.removeAll() }
        plans[set.templateGeneration] = .some(plan)
        return plan
    }
}
