// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Mediation

/// A mediator and a real store, which can be killed at any batch and started again on what is in the file.
final class StoredRun {
    private let folder: String
    private let configuration: MediationConfiguration
    private var names = NameTable(seed: 1)
    private var mediator: Mediator
    private var writer: FlowWriter?
    private var announced: UInt32 = 0
    private(set) var batches = 0
    private(set) var resumed: UInt64 = 0

    /// What a crash does to the batch that is on its way.
    enum Crash: CaseIterable { case beforeCommit, afterCommit }

    init(_ configuration: MediationConfiguration = MediationConfiguration()) throws {
        var template = Array("/tmp/weir-mediation-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.configuration = configuration
        let writer = try FlowStore.openForWriting(path: folder + "/flows.db")
        self.writer = writer
        mediator = Mediator(configuration, firstConnection: writer.nextConnection(), names: &names)
    }

    deinit {
        writer = nil
        for name in ["flows.db", "flows.db-wal", "flows.db-shm", "flows.db-lock"] { unsafe unlink(folder + "/" + name) }
        unsafe rmdir(folder)
    }

    var statistics: MediationStatistics { mediator.statistics }

    func receive(_ sample: Sample, at second: Double) { _ = mediator.receive(sample.record(&names), at: .at(second)) }

    /// Stores what is due; true when that was the batch to crash at, and nothing of memory is left.
    func look(at second: Double, crashingAt batch: Int? = nil, _ crash: Crash = .afterCommit) throws -> Bool {
        var due: [FlowInterval] = []
        mediator.expire(at: .at(second), into: &due)
        if due.isEmpty { return false }
        defer { batches += 1 }
        let isCrash = batch == batches
        if !(isCrash && crash == .beforeCommit) { try write(due) }
        if isCrash { try restart(at: second) }
        return isCrash
    }

    func flush(at second: Double) throws {
        var due: [FlowInterval] = []
        mediator.flush(at: .at(second), into: &due)
        try write(due)
    }

    private func write(_ intervals: [FlowInterval]) throws {
        var batch = StoreBatch()
        batch.intervals = intervals
        while announced < UInt32(names.count) {
            announced += 1
            batch.names.append(StoreBatch.NewName(id: NameID(rawValue: announced), text: names.text(of: NameID(rawValue: announced))))
        }
        try writer?.write(batch)
    }

    /// What a new process does: names, mediator and writer are made anew of what the file has.
    func restart(at second: Double) throws {
        names = NameTable(seed: 2)
        announced = 0
        // The lock is the old writer's until it is gone.
        self.writer = nil
        let writer = try FlowStore.openForWriting(path: folder + "/flows.db")
        self.writer = writer
        mediator = Mediator(configuration, firstConnection: writer.nextConnection(), names: &names)
        let horizon = configuration.inactiveTimeout + configuration.window + configuration.clockTolerance
        _ = try writer.lastIntervals(within: horizon, at: .at(second), limit: configuration.capacity, names: &names) {
            mediator.resume($0, at: .at(second))
        }
        resumed = mediator.statistics.resumed
    }

    /// The rows of the view `flows`, by column name.
    func rows(_ fields: [FlowField]) throws -> [[ResultValue]] {
        let reader = try FlowStore.openForReading(path: folder + "/flows.db")
        return try reader.flows(fields, in: TimeRange(from: .at(-100_000), to: .at(100_000)), limit: nil).rows
    }
}
