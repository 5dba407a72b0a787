// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// What `weir decode` says of captures of foreign exporters, to the letter. `WEIR_UPDATE_GOLDEN=1` writes the files anew.
@Suite struct DecodeGoldenTests {
    private static let formats = ["table", "json", "ndjson", "csv", "markdown"]

    static let cases: [GoldenAnswerTests.Case] =
        formats.flatMap { format in
            [
                GoldenAnswerTests.Case(
                    "decode.\(format)", ["softflowd-netflow9-udp.pcap", "--options", "--limit", "5", "-o", format],
                    environment: ["COLUMNS": "400"]),
                GoldenAnswerTests.Case("decode-stats.\(format)", ["ovs-bridge-ipfix.pcap", "gen-std4.ipfix", "--stats", "-o", format]),
                GoldenAnswerTests.Case("decode-templates.\(format)", ["softflowd-ipfix-biflow-tcp.pcap", "--templates", "-o", format]),
            ]
        } + [
            GoldenAnswerTests.Case("decode-narrow.table", ["gen-antrea.ipfix", "--limit", "2"], environment: ["COLUMNS": "100"]),
            GoldenAnswerTests.Case("decode-antrea.csv", ["gen-antrea.ipfix", "--limit", "2", "-o", "csv"]),
            GoldenAnswerTests.Case("decode-both.json", ["gen-biflow.ipfix", "--templates", "--stats", "-o", "json"]),
            GoldenAnswerTests.Case("decode-tunnel.ndjson", ["ovs-flow-ipfix.pcap", "--limit", "2", "-o", "ndjson"]),
        ]

    @Test("the answer is the one in the golden file", arguments: cases)
    func answer(_ example: GoldenAnswerTests.Case) throws {
        let outcome = try Program.built("weir").run(
            ["decode"] + example.arguments, environment: ["TZ": "UTC"].merging(example.environment) { $1 }, in: Fixture.path("ipfix"))
        var text = outcome.output
        if !outcome.errors.isEmpty { text += "--- standard error ---\n" + outcome.errors }
        if outcome.status != 0 { text += "--- exit status \(outcome.status) ---\n" }
        try expectGolden(text, named: example.name)
    }
}
