// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// What bash is told, without a terminal; `ci/completions` presses Tab in all three shells.
@Suite struct CompletionTests {
    private let files = DecodeFiles()

    /// The completions of a line that ends at the cursor, split into words as bash does.
    private func offered(_ words: [String], behind line: String, current: String) throws -> [Substring] {
        let weir = try Program.built("weir")
        let flow = """
            {"flowEndMilliseconds":1763892060000,"protocolIdentifier":6,"sourceIPAddress":"10.0.0.1","destinationIPAddress":"10.0.0.2",\
            "sourcePodName":"web-1","destinationPodName":"web-$(touch DANGER)"}
            """
        files.write(Array((flow + "\n").utf8), to: "flows.ndjson")
        let store = files.store("names.db")
        try #require(try weir.run(["import", "flows.ndjson"], environment: ["WEIR_STORE": store], in: files.folder).status == 0)
        let script = try weir.run(["completions", "bash"]).output
        let quoted = ([weir.path] + words.dropFirst()).map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        let asked = """
            COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); COMP_LINE='\((weir.path + line.dropFirst(4)).replacing("'", with: "'\\''"))'; COMP_POINT=${#COMP_LINE}
            _weir_words weir '\(current)' ''; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try Program(path: "/bin/bash").run(
            ["-c", script + "\n" + asked], environment: ["WEIR_STORE": store], in: files.folder)
        return outcome.output.split(separator: "\n")
    }

    @Test("a value behind an equals sign is offered as bash replaces it, and a name that is a command is neither offered nor run")
    func values() throws {
        #expect(try offered(["weir", "top", "--where", "pod", "=", "we"], behind: "weir top --where pod=we", current: "we") == ["web-1"])
        #expect(contents(of: files.path("DANGER")) == nil)
    }

    @Test("within quotes a filter has its spaces, and the inner quotation is closed")
    func quotes() throws {
        let word = "'pod = \"we"
        #expect(
            try offered(["weir", "flows", "--where", word], behind: "weir flows --where \(word)", current: String(word.dropFirst()))
                == ["pod = \"web-1\""])
    }
}
