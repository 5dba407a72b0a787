// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import IPFIX

/// Questions about the last hour of a store: the median of so many rounds, in milliseconds, by the clock and of the processor.
struct StoreQuestions {
    let path: String

    func run(rounds: Int) throws {
        let reader = try FlowStore.openForReading(path: path)
        guard let span = try reader.storedSpan() else { return }
        let hour = TimeRange(from: span.upperBound - .seconds(3599), to: span.upperBound + .seconds(1))
        for (name, fields) in [
            ("top_pods", [FlowField.sourcePodName]), ("top_pairs", [.sourcePodName, .destinationPodName]),
            ("top_addresses", [.sourceIPAddress]), ("top_addresses_and_ports", [.sourceIPAddress, .sourceTransportPort]),
        ] {
            let query = TopQuery(fields: fields, limit: 10, range: hour)
            try report(name, rounds) { _ = try reader.top(query) }
            print("\(name)_rows", try reader.plan(query).parts.reduce(0) { $0 + $1.rows })
        }
        let connection = try reader.userConnection()
        let condition = "FROM flows WHERE id >= \(hour.firstID)"
        for (name, sql) in [
            ("sql_top_function", "SELECT top(sourcePodName, octetDeltaCount, 10) \(condition)"),
            ("sql_group_by", "SELECT sourcePodName, sum(octetDeltaCount) \(condition) GROUP BY 1 ORDER BY 2 DESC LIMIT 10"),
            ("sql_top_function_addresses", "SELECT top(sourceIPAddress, octetDeltaCount, 10) \(condition)"),
            ("sql_group_by_addresses", "SELECT sourceIPAddress, sum(octetDeltaCount) \(condition) GROUP BY 1 ORDER BY 2 DESC LIMIT 10"),
        ] { try report(name, rounds) { _ = try connection.rows(of: sql) } }
        // What the others answer as well, of everything: to be compared.
        let everything = TimeRange(from: span.lowerBound, to: span.upperBound + .seconds(1))
        for group in try reader.top(TopQuery(fields: [.sourceIPAddress], range: everything)).groups {
            guard let address = group.key[0].text else { continue }
            print("octets_from", address, group.traffic.octets ?? 0)
        }
    }

    private func report(_ name: String, _ rounds: Int, _ body: () throws -> Void) rethrows {
        var costs: [Cost] = []
        for _ in 0..<rounds { costs.append(try Cost.measuring(body)) }
        let median = costs.sorted()[rounds / 2]
        print("\(name)_ms", median.wall.inMilliseconds)
        print("\(name)_processor_ms", median.processor.inMilliseconds)
    }
}
