// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Stores what exporters tell beside flows.
struct StatisticsWriter {
    private var rules: SeriesWriter
    private var ports: SeriesWriter
    private var counters: CounterWriter
    private let ledger: LedgerStatements

    /// How far a node's clock may be ahead. A time further ahead would make all that follows look late.
    private static let tolerance = Duration.seconds(600)

    init(_ connection: Connection, _ ledger: LedgerStatements) throws(StoreError) {
        self.ledger = ledger
        rules = try SeriesWriter(.rules, connection)
        ports = try SeriesWriter(.ports, connection)
        counters = try CounterWriter(connection)
    }

    mutating func store(
        _ received: ReceivedStatistics, names: inout NameRows, using statements: WriterStatements, _ result: inout WriteResult
    ) throws(StoreError) {
        let record = received.record
        guard record.isIdentified, let time = received.time, IntervalID.seconds.contains(time.seconds),
            time <= received.receivedAt + Self.tolerance
        else {
            result.refusedStatistics += 1
            return
        }
        let isStored =
            switch record.kind {
            case .policyRule: try rules.store(record, at: time, names: &names, using: statements, &result)
            case .port: try ports.store(record, at: time, names: &names, using: statements, &result)
            default: try storeCounters(of: received, at: time, names: &names, using: statements, &result)
            }
        if isStored { result.statistics += 1 } else { result.repeatedStatistics += 1 }
    }

    mutating func rollBack() {
        rules.rollBack()
        ports.rollBack()
        counters.rollBack()
    }

    /// - Returns: whether any of the record's totals was stored.
    private mutating func storeCounters(
        of received: ReceivedStatistics, at time: Timestamp, names: inout NameRows, using statements: WriterStatements,
        _ result: inout WriteResult
    ) throws(StoreError) -> Bool {
        let record = received.record
        let exporter = try statements.row(ofName: received.exporter)
        var nodeName: Int64?
        if let id = record[name: .sourceNodeName] { nodeName = try names.row(of: id, using: statements) }
        var minute = ExporterMinute(
            exporter: received.exporter, observationDomainID: received.observationDomainID,
            minute: Timestamp(seconds: received.receivedAt.seconds - received.receivedAt.seconds % 60))
        let untracked = try NodeCounter.untracked.map { counter throws(StoreError) in try statements.row(ofName: counter.rawValue) }
        var isStored = false
        for field in StatisticsField.counted {
            guard let value = record[unsigned: field], let name = try name(of: field, record, &names, statements, &result) else { continue }
            let outcome = try counters.store(
                CounterWriter.Reading(
                    exporter: exporter, observationDomainID: received.observationDomainID, name: name, process: record.process,
                    nodeName: nodeName, since: record[time: .monitoringIntervalStartMilliSeconds]?.milliseconds, time: time.milliseconds,
                    value: Int64(clamping: value), minute: minute.minute.milliseconds),
                using: statements)
            guard case .stored(let growth) = outcome else { continue }
            isStored = true
            if field == .notSentFlowTotalCount { minute.notSent = UInt64(growth ?? 0) }
            if untracked.contains(name) { minute.untracked = UInt64(growth ?? 0) }
        }
        if !minute.isComplete { try ledger.add(minute, names: statements) }
        return isStored
    }

    private func name(
        of field: StatisticsField, _ record: StatisticsRecord, _ names: inout NameRows, _ statements: WriterStatements,
        _ result: inout WriteResult
    ) throws(StoreError) -> Int64? {
        guard field == .selectorIDTotalFlowsObserved else { return try statements.row(ofName: "\(field)") }
        guard let id = record[name: .selectorName] else { return nil }
        let row = try names.row(of: id, using: statements)
        if row == nil { result.unknownNames += 1 }
        return row
    }
}

extension StatisticsField {
    /// Totals of processes, and of counters by name.
    static let counted: [StatisticsField] = {
        let fields = StatisticsKind.allCases.filter(\.isOption).flatMap(StatisticsSchema.fields(of:)).filter { $0.role == .total }
        return StatisticsField.allCases.filter { field in fields.contains { $0.field == field } }
    }()
}

extension StatisticsRecord {
    /// Whether it tells of what it tells.
    fileprivate var isIdentified: Bool {
        switch kind {
        case .policyRule: isKnown(.sourceNodeName) && isKnown(.commonPropertiesId)
        case .port: isKnown(.sourceNodeName) && isKnown(.interfaceName)
        case .nodeCounter: isKnown(.selectorName)
        default: true
        }
    }

    fileprivate var process: Int64 {
        Int64(clamping: self[unsigned: .exportingProcessId] ?? self[unsigned: .meteringProcessId] ?? 0)
    }
}

extension ReceivedStatistics {
    /// When the values were read, by the exporter's clock; nil where it does not say so of a rule or port.
    fileprivate var time: Timestamp? {
        guard record.kind.isOption else { return record[time: .observationTimeMilliseconds] }
        return record[time: .monitoringIntervalEndMilliSeconds] ?? exportTime
    }
}
