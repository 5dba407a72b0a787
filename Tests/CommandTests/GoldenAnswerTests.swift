// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

/// What `weir` answers on the example store, to the letter. `WEIR_UPDATE_GOLDEN=1` writes the files anew; read the difference.
@Suite struct GoldenAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        let environment: [String: String]

        init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) {
            self.name = name
            self.arguments = arguments
            self.environment = environment
        }

        var testDescription: String { name }
    }

    private static let tenMinutes = ["--from", "2026-11-23T10:00:00Z", "--to", "2026-11-23T10:10:00Z"]
    private static let question = """
        SELECT destinationPodName AS pod, count(*) AS flows, sum(octetDeltaCount) AS octets, avg(packetDeltaCount) AS packets, x'00ff' AS blob
        FROM flows GROUP BY destinationPodName, destinationPodNamespace ORDER BY flows DESC, pod
        """

    static let cases: [Case] = inEveryFormat + ofTop + ofOthers

    private static let inEveryFormat: [Case] = ["table", "json", "ndjson", "csv", "markdown"].flatMap { (format: String) -> [Case] in
        [
            Case("top.\(format)", ["top", "-o", format] + tenMinutes),
            Case("flows.\(format)", ["flows", "-o", format] + tenMinutes),
            Case("sql.\(format)", ["sql", question, "-o", format]),
            Case("series.\(format)", ["series", "--step", "2m", "-o", format] + tenMinutes),
            Case("map.\(format)", ["map", "--by", "pod", "-o", format] + tenMinutes),
            Case("policies.\(format)", ["policies", "-o", format] + tenMinutes),
            Case("exporters.\(format)", ["exporters", "-o", format] + tenMinutes),
            Case("reconcile.\(format)", ["reconcile", "-o", format] + tenMinutes),
        ]
    }

    private static let ofTop: [Case] = [
        Case("top-filtered.table", ["top", "--by", "ip", "--where", "tcp and not port 443"] + tenMinutes),
        Case("top-either.json", ["top", "--by", "namespace,protocol", "-o", "json", "--limit", "2"] + tenMinutes),
        Case("top-workload.csv", ["top", "--by", "workload", "-o", "csv", "--exact"] + tenMinutes),
        Case("top-subnets.table", ["top", "--by", "source subnet/24,dst ip", "--order", "throughput", "--exact"] + tenMinutes),
        Case("top-rankings.table", ["top", "--by", "pod", "--by", "port", "--by", "policy", "--limit", "2"] + tenMinutes),
        Case("top-rankings.json", ["top", "--by", "verdict", "--by", "type", "-o", "json"] + tenMinutes),
        Case("top-rankings.ndjson", ["top", "--by", "verdict", "--by", "type", "-o", "ndjson"] + tenMinutes),
        Case("top-rankings.markdown", ["top", "--by", "protocol", "--by", "rule", "-o", "markdown"] + tenMinutes),
        Case("top-denied.table", ["top", "--by", "pair", "--sort", "denied"] + tenMinutes),
        Case(
            "top-compared.table",
            [
                "top", "--by", "sourcePodName", "--compare", "2m", "--order", "flows", "--from", "2026-11-23T10:02:00Z", "--to",
                "2026-11-23T10:04:00Z",
            ]),
        Case(
            "top-compared.csv",
            ["top", "--by", "port", "--compare", "1m", "-o", "csv", "--from", "2026-11-23T10:02:00Z", "--to", "2026-11-23T10:03:00Z"]),
        Case("top-series.table", ["top", "--by", "sourcePodName", "--series"] + tenMinutes, environment: ["LANG": "C.UTF-8"]),
        Case("top-series-ascii.table", ["top", "--by", "sourcePodName", "--series"] + tenMinutes, environment: ["LANG": "C"]),
        Case("top-series.json", ["top", "--by", "sourcePodName", "--series", "-o", "json"] + tenMinutes),
        Case("top-strict.table", ["top", "--strict", "--limit", "1"] + tenMinutes),
        Case("top-explained.table", ["top", "--by", "port", "--where", "pod ~ ^web and octets > 1k", "--explain"] + tenMinutes),
        Case(
            "top-utc.table", ["top", "--utc", "--by", "type", "--from", "2026-11-23T10:00", "--to", "2026-11-23T10:10"],
            environment: ["TZ": "CET-1"]),
        Case("top-pair-limited.table", ["top", "--by", "pair", "--limit", "2"] + tenMinutes),
        Case("top-pair-limited.json", ["top", "--by", "pair", "--limit", "2", "-o", "json"] + tenMinutes),
        Case("top-port-exact.table", ["top", "--by", "port", "--order", "connections", "--exact"] + tenMinutes),
        Case("top-fields.table", ["top", "--by", "flowType,destinationIPAddress", "--order", "packets"] + tenMinutes),
        Case("top-narrow.table", ["top", "--by", "pair"] + tenMinutes, environment: ["COLUMNS": "90"]),
        Case("top-narrowest.table", ["top", "--by", "pair", "--series"] + tenMinutes, environment: ["COLUMNS": "40"]),
        Case("top-misspelt.json", ["top", "--where", "pod wbe-1 and ip 192.0.2.77", "-o", "json"] + tenMinutes),
        Case("top-color.table", ["top", "--by", "node", "--color", "always"] + tenMinutes),
        Case(
            "top-complete-minutes.table",
            ["top", "--by", "namespace", "--from", "2026-11-23T10:00:00Z", "--to", "2026-11-23T10:03:00Z"]),
        Case("top-outside.table", ["top", "--from", "2026-11-20", "--to", "2026-11-21"]),
    ]

    private static let ofOthers: [Case] = [
        Case("flows-compact", ["flows", "-o", "compact"] + tenMinutes),
        Case("flows-filtered.json", ["flows", "--where", "denied or udp", "-o", "json", "--columns", "end,verdict,protocol"] + tenMinutes),
        Case("flows-followed", ["flows", "--follow", "--limit", "3"] + tenMinutes),
        Case("flows-followed.csv", ["flows", "--follow", "-o", "csv", "--columns", "end,sourcePodName,octetDeltaCount"] + tenMinutes),
        Case(
            "series-split.table",
            ["series", "--split-by", "namespace", "--limit", "2", "--step", "2m", "--order", "throughput"] + tenMinutes),
        Case("series-split.csv", ["series", "--split-by", "pod", "--limit", "2", "--step", "5m", "-o", "csv"] + tenMinutes),
        Case("series-denied.table", ["series", "--order", "denied"] + tenMinutes, environment: ["LC_ALL": "de_DE.utf8"]),
        Case("map.mermaid", ["map", "--by", "pod", "-o", "mermaid"] + tenMinutes),
        Case("map.dot", ["map", "--by", "namespace", "-o", "dot"] + tenMinutes),
        Case("map-narrow.table", ["map", "--by", "pod"] + tenMinutes, environment: ["COLUMNS": "60"]),
        Case("flows-narrow.table", ["flows"] + tenMinutes, environment: ["COLUMNS": "60"]),
        Case("series-narrow.table", ["series", "--step", "2m"] + tenMinutes, environment: ["COLUMNS": "60"]),
        Case(
            "series-days.csv",
            ["series", "--step", "1d", "-o", "csv", "--from", "2026-10-24", "--to", "2026-10-27"],
            environment: ["TZ": "CET-1CEST,M3.5.0,M10.5.0/3"]),
        Case("policies-unused.table", ["policies", "--unused"] + tenMinutes),
        Case("policies-filtered.table", ["policies", "--where", "pod web-1"] + tenMinutes),
        Case("exporters-strict.table", ["exporters", "--strict", "--from", "2026-11-23T10:05:00Z", "--to", "2026-11-23T10:08:00Z"]),
        Case("reconcile-exact.table", ["reconcile", "--exact", "--limit", "1"] + tenMinutes),
        Case("flows-outside.json", ["flows", "-o", "json", "--from", "2026-11-20", "--to", "2026-11-21"]),
        Case(
            "flows-columns.table",
            ["flows", "--columns", "end,sourceIPAddress,icmpTypeCode,octetDeltaCount,observation", "--limit", "3"] + tenMinutes),
        Case(
            "flows-zone.table", ["flows", "--columns", "end,source", "--from", "2026-11-23T11:00", "--to", "2026-11-23T11:03"],
            environment: ["TZ": "CET-1"]),
    ]

    @Test("the answer is the one in the golden file", arguments: cases)
    func answer(_ example: Case) throws {
        let store = try ExampleStore()
        let outcome = try Program.built("weir").run(
            example.arguments, environment: ["TZ": "UTC", "WEIR_STORE": store.path].merging(example.environment) { $1 })
        var text = outcome.output
        if !outcome.errors.isEmpty { text += "--- standard error ---\n" + outcome.errors }
        if outcome.status != 0 { text += "--- exit status \(outcome.status) ---\n" }
        try expectGolden(text, named: example.name)
    }
}

/// Compares with a file of Tests/Fixtures/golden, or writes it where that was asked for.
func expectGolden(_ text: String, named name: String, file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/") + "/Fixtures/golden/" + name
    if unsafe getenv("WEIR_UPDATE_GOLDEN") != nil {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(descriptor >= 0)
        var octets = Array(text.utf8)
        try #require(unsafe write(descriptor, &octets, octets.count) == octets.count)
        close(descriptor)
        return
    }
    let expected = try #require(contents(of: path), "there is no golden file \(name); write it with WEIR_UPDATE_GOLDEN=1")
    #expect(text == expected, "\(name)", sourceLocation: sourceLocation)
}

/// The text of a file; nil if it cannot be read.
func contents(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return count == 0 ? String(decoding: text, as: UTF8.self) : nil }
        text += buffer.prefix(count)
    }
}
