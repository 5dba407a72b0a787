// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

@testable import weir

/// `weir sql` without a statement: on a terminal, and as a reader of statements.
@Suite struct SQLPromptTests {
    private let store: ExampleStore

    init() throws { store = try ExampleStore() }

    private func terminal(_ arguments: [String] = [], term: String = "xterm", state: String? = nil) throws -> PseudoTerminal {
        try PseudoTerminal(
            Program.built("weir"), ["sql"] + arguments,
            environment: ["TERM": term, "TZ": "UTC", "WEIR_STORE": store.path, "XDG_STATE_HOME": state ?? store.folder + "/state"])
    }

    private func removeHistory() {
        unsafe unlink(store.folder + "/state/weir/sql_history")
        unsafe rmdir(store.folder + "/state/weir")
        unsafe rmdir(store.folder + "/state")
    }

    @Test("statements are edited, may take several lines, and can be had again")
    func editing() throws {
        defer { removeHistory() }
        let terminal = try terminal(["-o", "csv"])
        try terminal.expect("weir> ")
        // Typed with a mistake that is mended: back over "42" and "13", home, forward over a word, to the end.
        try terminal.press("SELECT 13\u{7F}\u{7F}42 AS answer\u{1}\u{1B}f\u{5}\r")
        try terminal.expect("  ...> ")
        try terminal.press("FROM exporters LIMIT 1;\r")
        try terminal.expect("answer\r\r\n42\r\r\n")
        try terminal.expect("weir> ")
        // The statement again, from the history.
        try terminal.press("\u{1B}[A")
        try terminal.expect("SELECT 42 AS answer FROM exporters LIMIT 1;")
        try terminal.press("\r")
        try terminal.expect("answer\r\r\n42\r\r\n")
        try terminal.expect("weir> ")
        try terminal.press("\u{4}")
        #expect(try terminal.end() == 0)
        #expect(contents(of: store.folder + "/state/weir/sql_history") == "SELECT 42 AS answer FROM exporters LIMIT 1;\n")
    }

    @Test(
        "the history has a statement on one line that means the same",
        arguments: [
            ("SELECT 1 -- one\n+ 1;", "SELECT 1 /* one */ + 1;"), ("SELECT '--', \"a--b\" -- '\n;", "SELECT '--', \"a--b\" /* ' */ ;"),
            ("SELECT 'it''s' /* two\nlines -- */\n;", "SELECT 'it''s' /* two lines -- */ ;"),
            ("SELECT 1; -- end */", "SELECT 1; /* end * / */"),
            ("SELECT 1 - -1;", "SELECT 1 - -1;"), ("SELECT [a--b];", "SELECT [a--b];"), ("SELECT 'two\nlines';", nil),
        ] as [(String, String?)])
    func oneLine(statement: String, line: String?) {
        #expect(SQLLine.line(of: statement) == line)
    }

    @Test("an error is told and the prompt comes again; Ctrl-C leaves a line and stops a statement")
    func errors() throws {
        defer { removeHistory() }
        let terminal = try terminal()
        try terminal.expect("weir> ")
        try terminal.press("DELETE FROM interval;\r")
        try terminal.expect("changing the table interval")
        try terminal.expect("weir> ")
        try terminal.press("SELECT nonsense\u{3}")
        try terminal.expect("weir> ")
        try terminal.press("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;\r")
        try terminal.expect(" FROM n;\r\r\n")
        // The terminal is as it was before while the statement runs, so that this is a signal.
        usleep(100_000)
        try terminal.press("\u{3}")
        try terminal.expect("The statement was stopped.")
        try terminal.expect("weir> ")
        try terminal.press(".quit\r")
        #expect(try terminal.end() == 0)
    }

    @Test("dot commands tell of views and change what comes")
    func commands() throws {
        defer { removeHistory() }
        let terminal = try terminal()
        try terminal.expect("weir> ")
        for (line, answer) in [
            (".tables", "policy_rules\r\n"), (".schema imports", "imports\r\n  file\r\n  beganAt\r\n"),
            (".schema flow", "Did you mean 'flows'?"),
            (".mode ndjson", "weir> "), ("SELECT 1 AS one;", "{\"one\":1}\r\n"), (".set pod web-1", "weir> "),
            ("SELECT count(*) AS n FROM flows WHERE sourcePodName = :pod;", "{\"n\":4}"), (".mode xml", "There is no format 'xml'"),
            (".limit x", "no number of rows"), (".bogus", ".help says what is"), (".help", "Ctrl-C leaves it."),
        ] {
            try terminal.press(line + "\r")
            try terminal.expect(answer)
        }
        try terminal.press(".quit\r")
        #expect(try terminal.end() == 0)
    }

    @Test("Tab completes names of the store's views and columns")
    func completion() throws {
        defer { removeHistory() }
        let terminal = try terminal(["-o", "ndjson"])
        try terminal.expect("weir> ")
        try terminal.press("SELECT count(*) AS n FROM completen\t")
        try terminal.expect("completeness")
        try terminal.press(" WHERE destinationT\t")
        try terminal.expect("destinationTransportPort")
        try terminal.press("\u{15}sourceP\t")
        try terminal.expect("sourcePod")
        try terminal.press("\t")
        try terminal.expect("sourcePodName  sourcePodNamespace")
        try terminal.press("\u{3}\u{4}")
        #expect(try terminal.end() == 0)
    }

    @Test("a dumb terminal gets a prompt without editing")
    func dumb() throws {
        let terminal = try terminal(["-o", "ndjson"], term: "dumb", state: "/proc/nowhere")
        try terminal.expect("weir> ")
        try terminal.press("SELECT 7 AS seven;\n")
        try terminal.expect("{\"seven\":7}")
        #expect(!terminal.screen.contains("\u{1B}"))
        try terminal.press("\u{4}")
        #expect(try terminal.end() == 0)
    }

    @Test("on standard input statements come one after another, each to its semicolon, and the first that fails ends it")
    func standardInput() throws {
        func answer(_ input: String) throws -> Program.Outcome {
            try Program.built("weir").run(["sql", "-o", "ndjson"], environment: ["WEIR_STORE": store.path], input: input)
        }
        let text = "-- two; statements\nSELECT 'a;b' AS one;\n.mode csv\nSELECT 2\nAS two; \nSELECT 3 AS three"
        #expect(try answer(text).output == "{\"one\":\"a;b\"}\ntwo\r\n2\r\nthree\r\n3\r\n")
        let failing = try answer("SELECT 1 AS one;\nSELEC;\nSELECT 2;\n")
        #expect(failing.status == 2 && failing.output == "{\"one\":1}\n" && failing.errors.contains("syntax error"))
        #expect(try answer("  \n").status == 2)
        #expect(try answer("SELECT 1 AS one; ;\n\n").output == "{\"one\":1}\n")
    }

    @Test("parameters are values, never SQL")
    func parameters() throws {
        func answer(_ arguments: String...) throws -> Program.Outcome {
            try Program.built("weir").run(["sql", "-o", "csv"] + arguments, environment: ["WEIR_STORE": store.path])
        }
        let count = "SELECT count(*) FROM flows WHERE sourcePodName = :pod"
        #expect(try answer(count, "-p", "pod=web-1").output == "count(*)\r\n4\r\n")
        #expect(try answer(count, "-p", "pod=' OR 1 --").output == "count(*)\r\n0\r\n")
        #expect(try answer(count).output == "count(*)\r\n0\r\n")
        #expect(
            try answer("SELECT typeof(:a), typeof(:b), :c", "-p", "a=1", "-p", "b=1.5", "-p", "c=a=b").output.hasSuffix(
                "integer,real,a=b\r\n"))
        let unknown = try answer(count, "-p", "pods=web-1")
        #expect(unknown.status == 2 && unknown.errors.contains("no parameter :pods. It has :pod."))
        #expect(try answer(count, "-p", "pod").errors.contains("-p pod is not a name and a value"))
    }
}
