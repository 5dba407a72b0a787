// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc

/// Fills a store a thousand intervals a transaction, as the aggregator does at most. Making the intervals is not part of the time.
struct StoreWriting {
    let path: String

    func run(intervals: Int, pairs: Int, batchSize: Int = 1000) throws {
        var traffic = StoreTraffic(pairs: pairs)
        var (total, longest) = (Cost(), Cost())
        do {
            let writer = try FlowStore.openForWriting(path: path)
            var written = 0
            while written < intervals {
                let batch = traffic.batch(of: min(batchSize, intervals - written))
                let cost = try Cost.measuring { written += try writer.write(batch).intervals }
                total += cost
                longest = max(longest, cost)
            }
        }
        print("intervals", intervals)
        print("records", intervals * StoreTraffic.recordsPerInterval)
        print("seconds", total.wall.inSeconds)
        print("processor_seconds", total.processor.inSeconds)
        print("longest_transaction_ms", longest.wall.inMilliseconds)
        // The writer has gone, and with it the log: all that there is, is in the file.
        print("octets", octets(of: path))
    }

    private func octets(of path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
