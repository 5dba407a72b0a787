// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import IPFIX
import Mediation

/// A stage of the path, run over the corpus.
enum Stage: String, CaseIterable {
    case decode, encode, mediate, store

    struct Result {
        var records = 0
        var seconds = 0.0
        /// Of what was read, so that no work can be left out and a reference in another language can be compared.
        var checksum: UInt64 = 0
    }

    func run(_ messages: [[UInt8]], passes: Int, folder: String) throws -> Result {
        switch self {
        case .decode: Self.decode(messages, passes: passes)
        case .encode: Self.encode(messages, passes: passes)
        case .mediate: Self.mediate(messages, passes: passes)
        case .store: try Self.store(messages, folder: folder)
        }
    }

    private static func decode(_ messages: [[UInt8]], passes: Int) -> Result {
        var names = NameTable(seed: 1)
        var batch = FlowBatch()
        var result = Result()
        _ = decode(messages, &names, &batch)
        result.seconds = time {
            for _ in 0..<passes {
                let (records, checksum) = decode(messages, &names, &batch)
                result.records += records
                result.checksum &+= checksum
            }
        }
        return result
    }

    private static func decode(_ messages: [[UInt8]], _ names: inout NameTable, _ batch: inout FlowBatch) -> (
        records: Int, checksum: UInt64
    ) {
        var reader = SessionReader(exporter: "benchmark")
        var records = 0
        var checksum: UInt64 = 0
        for message in messages {
            _ = reader.readBatches(message, at: Timestamp(seconds: 1_800_000_000), names: &names, by: &batch) { batch, _, _ in
                records += batch.count
                for index in batch.indices {
                    checksum &+= batch[index][unsigned: .octetDeltaCount] ?? 0
                    checksum &+= UInt64(batch[index][name: .sourcePodName]?.rawValue ?? 0) &* 31
                }
            }
        }
        return (records, checksum)
    }

    private static func encode(_ messages: [[UInt8]], passes: Int) -> Result {
        var names = NameTable(seed: 1)
        let flows = flows(messages, &names)
        var packer = FlowPacker(profile: .weir, maximumLength: 1400)
        var result = Result(records: flows.count * passes)
        result.seconds = time {
            for _ in 0..<passes {
                for flow in flows { result.checksum &+= UInt64(packer.append(flow, names: names)?.sets.count ?? 0) }
            }
        }
        return result
    }

    private static func mediate(_ messages: [[UInt8]], passes: Int) -> Result {
        var names = NameTable(seed: 1)
        let flows = flows(messages, &names)
        var result = Result()
        var mediator = Mediator(MediationConfiguration(), firstConnection: 1, names: &names)
        var intervals: [FlowInterval] = []
        result.seconds = time {
            for pass in 0..<passes {
                let now = Timestamp(seconds: 1_800_000_060 + Int64(pass) * 60)
                for first in stride(from: 0, to: flows.count, by: FlowBatch.capacity) {
                    let batch = first..<min(flows.count, first + FlowBatch.capacity)
                    mediator.expect(flows.span.extracting(batch))
                    for index in batch where mediator.receive(index, of: flows.span, at: now).isKept { result.records += 1 }
                }
                intervals.removeAll(keepingCapacity: true)
                mediator.expire(at: now, into: &intervals)
                result.checksum &+= UInt64(intervals.count)
            }
        }
        return result
    }

    private static func store(_ messages: [[UInt8]], folder: String) throws -> Result {
        var names = NameTable(seed: 1)
        let intervals = mediated(messages, &names)
        let writer = try FlowStore.openForWriting(path: "\(folder)/benchmark.db")
        var batches: [StoreBatch] = []
        for start in stride(from: 0, to: intervals.count, by: 1000) {
            var batch = StoreBatch()
            if start == 0 { batch.names = (1...UInt32(names.count)).map { newName($0, names) } }
            batch.intervals = Array(intervals[start..<min(start + 1000, intervals.count)])
            batches.append(batch)
        }
        var result = Result()
        result.seconds = try time {
            for batch in batches { result.records += try writer.write(batch).intervals }
        }
        return result
    }

    private static func mediated(_ messages: [[UInt8]], _ names: inout NameTable) -> [FlowInterval] {
        let now = Timestamp(seconds: 1_800_000_060)
        var mediator = Mediator(MediationConfiguration(), firstConnection: 1, names: &names)
        for flow in flows(messages, &names) { _ = mediator.receive(flow, at: now) }
        var intervals: [FlowInterval] = []
        mediator.flush(at: now, into: &intervals)
        return intervals
    }

    private static func newName(_ number: UInt32, _ names: borrowing NameTable) -> StoreBatch.NewName {
        let id = NameID(rawValue: number)
        return StoreBatch.NewName(id: id, text: names.text(of: id))
    }

    private static func flows(_ messages: [[UInt8]], _ names: inout NameTable) -> [FlowRecord] {
        var reader = SessionReader(exporter: "benchmark")
        var flows: [FlowRecord] = []
        for message in messages {
            _ = reader.read(message, at: Timestamp(seconds: 1_800_000_000), names: &names) { flow, _ in
                flows.append(flow)
                return .merged
            }
        }
        return flows
    }

    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let duration = try ContinuousClock().measure(body)
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
