// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Synchronization

/// A writer that stores a small batch every few milliseconds, and readers: each alone, then all at once.
///
/// Small ones, because what is asked is how long one waits for the other, and not how long its own work takes: a batch of one interval, and a
/// question that reads two rows. Beside it a reader asks what takes long, so that there is always a read transaction that the log has to be
/// kept for.
struct StoreContention {
    let path: String
    private static let pause: UInt32 = 2000

    func run(pairs: Int, for time: Duration) throws {
        let longQuestion = Self.longQuestion
        let write = try Self.writing(path, pairs)
        report("writer_alone", try Self.repeated(for: time, write))
        report("reader_alone", try Self.repeated(for: time, Self.reading(path)))
        let isOver = Atomic(false)
        let reads = Mutex<[Duration]>([])
        let threads = [
            try Thread { [path] in
                guard let read = try? Self.reading(path) else { return }
                while !isOver.load(ordering: .relaxed) {
                    let measured = (try? Self.repeated(for: .milliseconds(100), read)) ?? []
                    reads.withLock { $0 += measured }
                }
            },
            try Thread { [path] in
                guard let reader = try? FlowStore.openForReading(path: path) else { return }
                while !isOver.load(ordering: .relaxed) { _ = try? longQuestion(reader) }
            },
        ]
        report("writer_beside_readers", try Self.repeated(for: time, write))
        isOver.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        report("reader_beside_writer", reads.withLock { $0 })
    }

    private func report(_ name: String, _ durations: [Duration]) {
        let sorted = durations.sorted()
        guard let last = sorted.last else { return }
        print("\(name)_count", sorted.count)
        print("\(name)_median_ms", sorted[sorted.count / 2].inMilliseconds)
        print("\(name)_99th_ms", sorted[sorted.count * 99 / 100].inMilliseconds)
        print("\(name)_longest_ms", last.inMilliseconds)
    }

    private static func repeated(for time: Duration, _ body: () throws -> Void) throws -> [Duration] {
        let clock = ContinuousClock()
        let end = clock.now + time
        var durations: [Duration] = []
        while clock.now < end {
            durations.append(try clock.measure(body))
            usleep(pause)
        }
        return durations
    }

    private static func reading(_ path: String) throws -> () throws -> Void {
        let reader = try FlowStore.openForReading(path: path)
        return { _ = try reader.storedSpan() }
    }

    private static func longQuestion(_ reader: FlowReader) throws {
        guard let span = try reader.storedSpan() else { return }
        _ = try reader.top(TopQuery(fields: [.sourceIPAddress], limit: 10, range: TimeRange(from: span.lowerBound, to: span.upperBound)))
    }

    private static func writing(_ path: String, _ pairs: Int) throws -> () throws -> Void {
        let writer = try FlowStore.openForWriting(path: path)
        let first = writer.nextConnection()
        let batches = Batches(StoreTraffic(pairs: pairs))
        return { try writer.write(batches.next(from: first)) }
    }

    /// One interval at a time, of connections that the store has not seen.
    private final class Batches {
        private var traffic: StoreTraffic
        private var count: Int64 = 0

        init(_ traffic: consuming StoreTraffic) { self.traffic = traffic }

        func next(from first: Int64) -> StoreBatch {
            var batch = traffic.batch(of: 1)
            let interval = batch.intervals[0]
            batch.intervals = [FlowInterval(connection: first + count, record: interval.record, isConnectionChanged: true)]
            count += 1
            return batch
        }
    }
}

/// A POSIX thread that runs a body once.
private struct Thread {
    private let handle: pthread_t

    struct CannotStart: Error { let code: Int32 }

    init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        // The box is retained here and released by the thread, which runs once.
        let box = unsafe Unmanaged.passRetained(Body(run: body))
        let code = unsafe pthread_create(
            &handle, nil,
            {
                unsafe Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run(); return nil
            }, box.toOpaque())
        guard code == 0 else { throw CannotStart(code: code) }
        self.handle = handle
    }

    func join() { _ = unsafe pthread_join(handle, nil) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
