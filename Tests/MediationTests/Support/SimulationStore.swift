// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX

/// A store in a file, for a simulation to write to and to continue from.
final class SimulationStore: IntervalStore {
    private let folder: String
    private var writer: FlowWriter?
    private var announced: UInt32 = 0
    private(set) var restarts = 0
    /// The first error; the store is of no use after it.
    private(set) var failure: (any Error)?

    init() throws {
        var template = Array("/tmp/weir-simulation-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        writer = try FlowStore.openForWriting(path: folder + "/flows.db")
    }

    deinit {
        writer = nil
        for name in ["flows.db", "flows.db-wal", "flows.db-shm", "flows.db-lock"] { unsafe unlink(folder + "/" + name) }
        unsafe rmdir(folder)
    }

    func write(_ intervals: [FlowInterval], names: borrowing NameTable) {
        guard !intervals.isEmpty else { return }
        var batch = StoreBatch()
        batch.intervals = intervals
        while announced < UInt32(names.count) {
            announced += 1
            batch.names.append(StoreBatch.NewName(id: NameID(rawValue: announced), text: names.text(of: NameID(rawValue: announced))))
        }
        attempt { _ = try writer?.write(batch) }
    }

    func restart(within horizon: Duration, at now: Timestamp, names: inout NameTable) -> (nextConnection: Int64, intervals: [FlowInterval])
    {
        restarts += 1
        announced = 0
        // The lock is the old writer's until it is gone.
        writer = nil
        var next: Int64 = 1
        var intervals: [FlowInterval] = []
        attempt {
            let writer = try FlowStore.openForWriting(path: folder + "/flows.db")
            self.writer = writer
            next = writer.nextConnection()
            _ = try writer.lastIntervals(within: horizon, at: now, limit: 100_000, names: &names) { intervals.append($0) }
        }
        return (next, intervals)
    }

    func rows(_ sql: String) throws -> [[ResultValue]] {
        try FlowStore.openForReading(path: folder + "/flows.db").userConnection().rows(of: sql).rows
    }

    private func attempt(_ body: () throws -> Void) {
        guard failure == nil else { return }
        do { try body() } catch { failure = error }
    }
}
