// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// What the command line accepts and refuses, and where it writes what.
@Suite struct CommandLineTests {
    private let store: ExampleStore

    init() throws {
        store = try ExampleStore()
    }

    private func weir(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws -> Program.Outcome {
        try Program.built("weir").run(
            arguments, environment: ["TZ": "UTC", "WEIR_STORE": store.path].merging(environment) { $1 }, input: input)
    }

    @Test(
        "a wrong command line exits with 2, says why on standard error, and answers nothing",
        arguments: [
            (["bogus"], "bogus"), (["top", "--by", "nonsense"], "There is no field 'nonsense'."),
            (["top", "--by", "SOURCEPODNAM"], "Did you mean 'sourcePodName'?"),
            (["top", "--by", "pods"], "Did you mean 'pod'?"), (["top", "--by", ""], "There is no field ''."),
            (["top", "--by", "octetDeltaCount"], "cannot be grouped"), (["top", "--by", "pair,pair,pod"], "at most 8 fields"),
            (["top", "--order", "size"], "size"), (["top", "--last", "10"], "--last 10 is not a span"),
            (["top", "--last", "0s"], "not a span"),
            (["top", "--last", "99999999999d"], "not a span"), (["top", "--from", "2026-02-30"], "--from 2026-02-30 is not a time"),
            (["top", "--from", "yesterday"], "not a time"), (["top", "--last", "1h", "--from", "now"], "not both"),
            (["flows", "--from", "2026-11-24", "--to", "2026-11-23"], "is not before"), (["flows", "--limit", "-1"], "--limit"),
            (["flows", "--columns", "sorce"], "Did you mean 'source'?"), (["flows", "-o", "xml"], "xml"),
            (["sql", "SELECT 1", "--timeout", "soon"], "not a span"), (["top", "--by", "source port"], "There is no field 'sourceport'."),
            (["top", "--by", "subnet/129"], "There is no field 'subnet/129'."),
            (["top", "--compare", "yesterday"], "--compare yesterday is not a span"),
            (["top", "--by", "pod", "--by", "port", "-o", "csv"], "takes one --by"),
            (
                ["top", "--where", "tcp and sourcePodNam = x"],
                "did you mean 'sourcePodName'?\n  tcp and sourcePodNam = x\n          ^^^^^^^^^^^^\n"
            ),
            (["flows", "--where", "pod = \u{1B}[31m"], "no meaning here"),
            (["series", "--where", "flowType = interNod"], "did you mean 'interNode'?"),
            (["policies", "--where", ""], "it is empty"), (["flows", "--follow", "-o", "json"], "--follow has no end"),
            (["flows", "-o", "compact", "--columns", "end"], "columns of its own"),
            (["top", "-o", "compact"], "weir top has no -o compact. It writes table, json, ndjson, csv, markdown."),
            (["decode", "x.ipfix", "-o", "compact"], "weir decode has no -o compact"),
            (["sql", "-o", "compact"], "weir sql has no -o compact"),
            (["top", "--by", "proto,srcport"], "There is no field 'srcport'"),
            (["series", "--step", "1500ms"], "not a span"), (["series", "--step", "0s"], "not a span"),
            (["series", "--step", "1s", "--last", "10d"], "more than 10000 steps"),
            (["series", "--split-by", "pods"], "Did you mean 'pod'?"),
            (["map", "--by", "port"], "not an end of flows"), (["map", "-o", "svg"], "svg"),
            (["map", "-o", "compact"], "weir map has no -o compact. It writes table, json, ndjson, csv, markdown, mermaid, dot."),
            (["top", "-o", "dot"], "weir top has no -o dot"),
            (["top", "--server", "https://weir.example"], "this release asks files only"),
            (["exporters", "--server", "x", "--store", "y"], "not both"),
        ])
    func usageErrors(arguments: [String], message: String) throws {
        let outcome = try Program.built("weir").run(arguments, environment: ["WEIR_STORE": store.path])
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test(
        "a statement that is wrong, does more than read, or never ends exits with 2",
        arguments: [
            ("SELEC 1", "near \"SELEC\": syntax error"), ("DELETE FROM interval", "changing the table interval"),
            ("SELECT 1; SELECT 2", "more than one statement"),
            ("", "no statement"), ("PRAGMA page_size", "PRAGMA page_size"),
            ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", "stopped after 1.0 seconds"),
        ])
    func statementErrors(sql: String, message: String) throws {
        let outcome = try weir("sql", sql, "--timeout", "1s")
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test("a store that is not there, or is none, exits with 2 and a sentence")
    func storeErrors() throws {
        let missing = try weir("top", "--store", "/nowhere/flows.db")
        #expect(missing.status == 2 && missing.errors.hasPrefix("weir: There is no flow store at /nowhere/flows.db."))
        let text = try weir("flows", "--store", "/etc/passwd")
        #expect(text.status == 2 && text.errors.hasPrefix("weir: /etc/passwd is not a flow store"))
    }

    @Test("the store is --store, else WEIR_STORE, else flows.db in the current folder")
    func storeChoice() throws {
        let count = "SELECT count(*) FROM flows"
        let program = try Program.built("weir")
        #expect(try program.run(["sql", count, "-o", "csv"], in: store.folder).output.hasSuffix("8\r\n"))
        #expect(
            try program.run(["sql", count, "-o", "csv", "--store", store.path], environment: ["WEIR_STORE": "/nowhere"]).output.hasSuffix(
                "8\r\n"))
        #expect(try program.run(["sql", count], in: "/").errors.contains("There is no flow store at flows.db."))
    }

    @Test(
        "help and version go to standard output and exit with 0",
        arguments: [
            ["--help"], ["top", "--help"], ["flows", "--help"], ["series", "--help"], ["map", "--help"], ["policies", "--help"],
            ["exporters", "--help"], ["reconcile", "--help"], ["sql", "--help"], ["--version"], [],
        ])
    func help(arguments: [String]) throws {
        let outcome = try Program.built("weir").run(arguments)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(arguments == ["--version"] ? outcome.output.split(separator: ".").count == 3 : outcome.output.contains("Examples:"))
    }

    @Test(
        "help fits lines of eighty",
        arguments: [
            ["--help"], ["top", "--help"], ["flows", "--help"], ["series", "--help"], ["map", "--help"], ["policies", "--help"],
            ["exporters", "--help"], ["reconcile", "--help"], ["sql", "--help"],
        ])
    func helpIsNotBroken(arguments: [String]) throws {
        // The parser breaks longer lines in the middle of an example, and the rest begins without its indent.
        let examples = try Program.built("weir").run(arguments).output.split(separator: "\n").drop { $0 != "Examples:" }.dropFirst().prefix
        { $0.hasPrefix("  ") }
        #expect(examples.count >= 3)
        #expect(examples.allSatisfy { $0.hasPrefix("  weir") })
    }

    @Test("a statement may come on standard input")
    func statementOnInput() throws {
        #expect(try weir("sql", "-o", "csv", input: "SELECT 1 AS one\n").output == "one\r\n1\r\n")
    }

    @Test("rows past the limit are left out, and that is said")
    func limit() throws {
        let sql = try weir("sql", "SELECT id FROM flows", "-o", "csv", "--limit", "2")
        #expect(sql.output.split(separator: "\r\n").count == 3 && sql.errors == "the first 2 rows; --limit shows more\n")
        let all = try weir("sql", "SELECT id FROM flows", "-o", "csv", "--limit", "0")
        #expect(all.output.split(separator: "\r\n").count == 9 && all.errors.isEmpty)
    }

    @Test("a JSON object has each name once")
    func distinctNames() throws {
        #expect(try weir("sql", "SELECT 1 AS a, 2 AS a, 9e999 AS b", "-o", "ndjson").output == "{\"a\":1,\"a_2\":2,\"b\":null}\n")
    }

    @Test("no format lets a name write to the terminal", arguments: ["table", "markdown", "json", "ndjson", "csv"])
    func untrustedText(format: String) throws {
        for arguments in [
            ["top", "--last", "3650d"], ["flows", "--last", "3650d"], ["map", "--by", "pod", "--last", "3650d"],
            ["series", "--split-by", "pod", "--last", "3650d"], ["sql", "SELECT sourcePodName FROM flows"],
        ] {
            let outcome = try Program.built("weir").run(arguments + ["-o", format], environment: ["WEIR_STORE": store.path])
            #expect(outcome.status == 0)
            #expect(
                !(outcome.output + outcome.errors).unicodeScalars.contains {
                    $0.value < 0x20 && $0 != "\n" && $0 != "\r" || (0x7F..<0xA0).contains($0.value)
                })
        }
    }

    @Test("colours come when asked for, and not into a file")
    func colors() throws {
        #expect(try weir("top", "--color", "always", "--last", "3650d").output.contains("\u{1B}[1m"))
        #expect(try !weir("top", "--last", "3650d").output.contains("\u{1B}"))
    }
}
