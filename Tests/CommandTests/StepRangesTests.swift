// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// Where the steps of `weir series` begin.
@Suite struct StepRangesTests {
    private let store: ExampleStore

    init() throws { store = try ExampleStore() }

    /// The zone in the words of POSIX, so that no files of zones are needed.
    private func starts(_ zone: String, _ arguments: [String]) throws -> [String] {
        let outcome = try Program.built("weir").run(
            ["series", "-o", "csv"] + arguments, environment: ["TZ": zone, "WEIR_STORE": store.path])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\r\n").dropFirst().map { String($0.prefix(16)) }
    }

    private static let berlin = "CET-1CEST,M3.5.0,M10.5.0/3", nepal = "NPT-5:45"

    @Test(
        "a day begins at midnight and may last 23 or 25 hours, six hours begin with the clock, and an hour lasts an hour",
        arguments: [
            (
                berlin, ["--step", "1d", "--from", "2026-03-28", "--to", "2026-03-31"],
                ["2026-03-27T23:00", "2026-03-28T23:00", "2026-03-29T22:00"]
            ),
            (
                berlin, ["--step", "1d", "--from", "2026-10-24", "--to", "2026-10-27"],
                ["2026-10-23T22:00", "2026-10-24T22:00", "2026-10-25T23:00"]
            ),
            (
                berlin, ["--step", "6h", "--from", "2026-03-29", "--to", "2026-03-30"],
                ["2026-03-28T23:00", "2026-03-29T04:00", "2026-03-29T10:00", "2026-03-29T16:00"]
            ),
            (
                berlin, ["--step", "1h", "--from", "2026-10-25T00:30Z", "--to", "2026-10-25T03:00Z"],
                ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T02:00"]
            ),
            (nepal, ["--step", "1d", "--from", "2026-11-22T12:00", "--to", "2026-11-24"], ["2026-11-22T06:15", "2026-11-22T18:15"]),
            (nepal, ["--step", "1h", "--from", "2026-11-23T10:00", "--to", "2026-11-23T12:00"], ["2026-11-23T04:15", "2026-11-23T05:15"]),
            (
                nepal, ["--utc", "--step", "1d", "--from", "2026-11-22T12:00", "--to", "2026-11-24"],
                ["2026-11-22T12:00", "2026-11-23T00:00"]
            ),
            (berlin, ["--step", "2d", "--from", "2026-11-22", "--to", "2026-11-25"], ["2026-11-21T23:00", "2026-11-22T23:00"]),
        ] as [(String, [String], [String])])
    func starts(zone: String, arguments: [String], expected: [String]) throws {
        #expect(try starts(zone, arguments) == expected)
    }

    @Test("steps of a zone hold what the same times hold when they are asked alone")
    func sums() throws {
        for zone in [Self.berlin, Self.nepal] {
            let outcome = try Program.built("weir").run(
                ["series", "-o", "csv", "--step", "1d", "--from", "2026-11-22", "--to", "2026-11-25"],
                environment: ["TZ": zone, "WEIR_STORE": store.path])
            // All of the store is of one day, in both zones.
            let rows = outcome.output.split(separator: "\r\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(rows.map { $0[6] } == ["0", "6", "0"], "\(zone): \(outcome.output)")
            #expect(rows.map { $0[7] } == ["0", "8", "0"], "\(zone)")
        }
    }
}
