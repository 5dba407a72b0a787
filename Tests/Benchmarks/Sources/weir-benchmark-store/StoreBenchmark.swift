// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc

/// `ci/benchmark-store` calls it; each command prints lines of a name and numbers.
///
/// ```
///   weir-benchmark-store write STORE INTERVALS PAIRS [N]     stores so many intervals, N (1000) a transaction, timed
///   weir-benchmark-store messages FILE INTERVALS PAIRS       the same as messages of IPFIX: one record an interval
///   weir-benchmark-store everything FILE INTERVALS PAIRS     all that two nodes tell of them: four records an interval
///   weir-benchmark-store ask STORE ROUNDS                    questions about the last hour, timed
///   weir-benchmark-store contend STORE PAIRS SECONDS         a writer and readers, apart and together: how long each waited
/// ```
@main
enum StoreBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.dropFirst(2).compactMap(Int.init)
        guard arguments.count == numbers.count + 2, numbers.allSatisfy({ $0 > 0 }) else { usage() }
        let path = arguments[1]
        switch (arguments[0], numbers.count) {
        case ("write", 2): try StoreWriting(path: path).run(intervals: numbers[0], pairs: numbers[1])
        case ("write", 3): try StoreWriting(path: path).run(intervals: numbers[0], pairs: numbers[1], batchSize: numbers[2])
        case ("messages", 2): try TrafficFile(path: path, .oneDirection).write(intervals: numbers[0], pairs: numbers[1])
        case ("everything", 2): try TrafficFile(path: path, .everything).write(intervals: numbers[0], pairs: numbers[1])
        case ("ask", 1): try StoreQuestions(path: path).run(rounds: numbers[0])
        case ("contend", 2): try StoreContention(path: path).run(pairs: numbers[0], for: .seconds(numbers[1]))
        default: usage()
        }
    }

    private static func usage() -> Never {
        print(
            "write STORE INTERVALS PAIRS [N], messages FILE INTERVALS PAIRS, everything FILE INTERVALS PAIRS, ask STORE ROUNDS, "
                + "or contend STORE PAIRS SECONDS")
        exit(2)
    }
}
