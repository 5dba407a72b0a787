// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc

/// `weir-benchmark corpus FILE` writes the corpus; `weir-benchmark STAGE FILE PASSES FOLDER` works through it and prints
/// records, seconds and the checksum; `weir-benchmark meter CONNECTIONS` polls a table of so many, and `weir-benchmark correlate UPDATES`
/// adds the octets that a connection takes. `ci/benchmark` calls it.
@main
enum Benchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == "corpus" {
            try write(Corpus.octets(), to: arguments[2])
        } else if arguments.count == 3, arguments[1] == "correlate", let updates = Int(arguments[2]), updates > 0 {
            let result = Correlation.run(updates: updates)
            print(result.updates, result.seconds, result.checksum, result.octetsPerConnection)
        } else if arguments.count == 5, let stage = Stage(rawValue: arguments[1]), let passes = Int(arguments[3]), passes > 0 {
            let messages = MessageStream.messages(in: try read(arguments[2]))
            let result = try stage.run(messages, passes: passes, folder: arguments[4])
            print(result.records, result.seconds, result.checksum)
        } else if arguments.count == 3, arguments[1] == "meter", let connections = Int(arguments[2]), connections > 0 {
            let result = MeteringBenchmark(connections: connections).run()
            print(result.records, result.quietPoll, result.busyPoll, result.idleExpiry, result.octetsPerConnection)
        } else {
            let stages = Stage.allCases.map(\.rawValue).joined(separator: "|")
            print(
                "weir-benchmark corpus FILE, weir-benchmark meter CONNECTIONS, weir-benchmark correlate UPDATES, or "
                    + "weir-benchmark \(stages) FILE PASSES FOLDER")
            exit(2)
        }
    }

    struct Unusable: Error { let path: String }

    private static func write(_ octets: [UInt8], to path: String) throws {
        guard let file = unsafe fopen(path, "wb") else { throw Unusable(path: path) }
        let written = unsafe fwrite(octets, 1, octets.count, file)
        guard unsafe fclose(file) == 0, written == octets.count else { throw Unusable(path: path) }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "rb") else { throw Unusable(path: path) }
        defer { unsafe fclose(file) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return octets }
            octets += chunk[..<count]
        }
    }
}
