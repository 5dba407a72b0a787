// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Stores the flows of imported files, a batch at a time together with how far the import is.
final class ImportSink {
    /// Nil when nothing is to be stored.
    private let writer: FlowWriter?
    var names = NameTable(capacity: 1 << 24, octetCapacity: 1 << 30, seed: UInt64.random(in: 0 ... .max))
    private var namesStored = 0
    private var connections = ImportedConnections()
    private var nextConnection: Int64
    private var batch = StoreBatch()
    private(set) var report: ImportReport
    /// Records that an earlier, interrupted import of the same file has dealt with.
    private var recordsBefore: UInt64 = 0

    /// A transaction each: larger ones cost less, and what an interrupted import has to do again is little.
    private static let batchSize = 8192

    init(writer: FlowWriter?) {
        self.writer = writer
        nextConnection = writer?.nextConnection() ?? 1
        report = ImportReport(progress: ImportProgress(digest: [], file: "", began: Timestamp(seconds: 0)))
        batch.intervals.reserveCapacity(Self.batchSize)
    }

    /// Begins a file, or goes on behind the records that are stored of it.
    func begin(_ progress: ImportProgress) {
        recordsBefore = progress.records
        var fresh = progress
        fresh.records = 0
        report = ImportReport(progress: fresh)
        connections = ImportedConnections()
    }

    func take(_ flow: MappedFlow, origin: Int) throws {
        report.progress.records += 1
        let isStored = report.progress.records > recordsBefore
        guard flow.isFlow else { return skip(isStored) }
        if flow.isTimeOfExport { report.withoutTime += 1 }
        let interval = connections.interval(of: flow, origin: origin, isStored: isStored) {
            defer { nextConnection += 1 }
            return nextConnection
        }
        guard let interval else { return }
        report.note(interval)
        report.progress.include(interval)
        batch.intervals.append(interval)
        if batch.intervals.count >= Self.batchSize { try store() }
    }

    /// Notes what an exporter says of how it sampled.
    func note(samplingInterval: UInt64) {
        report.progress.samplingInterval = max(report.progress.samplingInterval ?? 0, samplingInterval)
    }

    private func skip(_ isStored: Bool) {
        report.withoutFlow += 1
        if isStored { report.progress.skipped += 1 }
    }

    /// Ends the file: all of it is stored.
    func finish(lost: UInt64, malformed: UInt64) throws -> ImportReport {
        report.progress.lost = lost
        report.progress.malformed = malformed
        report.progress.ended = Environment.now
        try store()
        report.namesRefused = names.refused
        return report
    }

    private func store() throws {
        guard let writer else {
            report.progress.intervals += UInt64(batch.intervals.count)
            batch.intervals.removeAll(keepingCapacity: true)
            return
        }
        batch.names = (namesStored..<names.count).map { number in
            let id = NameID(rawValue: UInt32(number + 1))
            return StoreBatch.NewName(id: id, text: names.text(of: id))
        }
        namesStored = names.count
        // The times that have no place in the store are known only when they were tried; the next batch, or the end, tells of them.
        report.progress.intervals += UInt64(batch.intervals.count)
        batch.importProgress = report.progress
        let result = try writer.write(batch)
        report.progress.intervals -= UInt64(result.refusedIntervals)
        report.progress.skipped += UInt64(result.refusedIntervals)
        report.outsideOfTime += UInt64(result.refusedIntervals)
        batch.intervals.removeAll(keepingCapacity: true)
    }
}

/// What became of a file's records.
struct ImportReport {
    var progress: ImportProgress
    /// Records that name no flow: neither both addresses nor anything that was counted.
    var withoutFlow: UInt64 = 0
    /// Flows whose record tells no time; they are kept at the time of their export.
    var withoutTime: UInt64 = 0
    /// Flows whose end has no place in the store.
    var outsideOfTime: UInt64 = 0
    var connections: UInt64 = 0
    var namesRefused: UInt64 = 0
    /// Ends of the flows.
    var span: ClosedRange<Timestamp>? { progress.span }

    init(progress: ImportProgress) {
        self.progress = progress
    }

    mutating func note(_ interval: FlowInterval) {
        if interval.isConnectionChanged { connections += 1 }
    }
}

extension ImportProgress {
    fileprivate mutating func include(_ interval: FlowInterval) {
        guard let end = interval.record[time: .flowEndMilliseconds] else { return }
        span = min(span?.lowerBound ?? end, end)...max(span?.upperBound ?? end, end)
    }
}
