// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

/// docs/cli.md has what `--help` says of every command. `WEIR_UPDATE_DOCS=1` writes it anew, a section for a new command included.
@Suite struct CommandLineDocumentationTests {
    private static let path = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/docs/cli.md"
    private static let end = "<!-- end of help -->\n"

    private static func help(_ arguments: [String]) throws -> String {
        try Program.built("weir").run(arguments + ["--help"], environment: ["COLUMNS": "80"]).output
    }

    /// The names below a command, as its help lists them.
    private static func subcommands(of command: [String]) throws -> [String] {
        let lines = try help(command).split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "SUBCOMMANDS:" }.dropFirst()
        return lines.prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }.map {
            $0.split(separator: " ").prefix { $0 != "(default)" }.first.map(String.init) ?? ""
        }
    }

    /// Every command with a page of help: `["top"]`, `["store", "info"]`.
    private static func commands(below command: [String] = []) throws -> [[String]] {
        try subcommands(of: command).flatMap { name in [command + [name]] + (try commands(below: command + [name])) }
    }

    private static func block(_ command: [String]) throws -> (begin: String, text: String) {
        ("<!-- help: weir \(command.joined(separator: " ")) -->\n", "\n```text\n\(try help(command))```\n\n")
    }

    @Test("docs/cli.md says what --help says")
    func page() throws {
        var page = try #require(contents(of: Self.path))
        let isToUpdate = unsafe getenv("WEIR_UPDATE_DOCS") != nil
        for command in try Self.commands() {
            let block = try Self.block(command)
            if !page.contains(block.begin), isToUpdate {
                page += "\n\(command.count == 1 ? "##" : "###") `weir \(command.joined(separator: " "))`\n\n" + block.begin + Self.end
            }
            let parts = page.split(separator: block.begin, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(parts.count == 2, "docs/cli.md has no section for weir \(command.joined(separator: " "))")
            let rest = parts[1].split(separator: Self.end, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(rest.count == 2, "docs/cli.md has no line \(Self.end) behind \(block.begin)")
            if isToUpdate {
                page = [String(parts[0]), block.begin, block.text, Self.end, String(rest[1])].joined()
            } else {
                #expect(
                    String(rest[0]) == block.text,
                    "docs/cli.md is stale; WEIR_UPDATE_DOCS=1 swift test --filter CommandLineDocumentationTests mends it, then: ci/toc --fix"
                )
            }
        }
        if isToUpdate {
            let file = unsafe fopen(Self.path, "w")
            try #require(unsafe file != nil)
            unsafe fputs(page, file)
            unsafe fclose(file)
        }
    }

    @Test("every command's help has examples, which fit lines of eighty columns")
    func examples() throws {
        for command in try Self.commands() where try Self.subcommands(of: command).isEmpty {
            let lines = try Self.help(command).split(separator: "\n", omittingEmptySubsequences: false)
            let examples = lines.drop { $0 != "Examples:" }.dropFirst().prefix { $0.hasPrefix("  ") }
            #expect(
                !examples.isEmpty && examples.allSatisfy { $0.contains("weir ") && $0.count <= 80 },
                "weir \(command.joined(separator: " "))")
        }
    }

    @Test("the script of each shell is one that the shell understands", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let outcome = try Program.built("weir").run(["completions", shell])
        #expect(outcome.status == 0 && outcome.output.contains("weir"))
        if shell == "bash" {
            let check = try Program(path: "/bin/bash").run(["-n"], input: outcome.output)
            #expect(check.status == 0, "\(check.errors)")
        }
    }
}
