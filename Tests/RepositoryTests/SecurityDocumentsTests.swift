// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("the documents of secure development are true")
struct SecurityDocumentsTests {
    @Test("every mitigation of the threat model is shown by tests that exist")
    func mitigationsAreShown() throws {
        let rows = try rows(of: "docs/security/threat-model.md", under: ["id", "Threat", "Mitigation", "Shown by"])
        #expect(rows.count > 20)
        #expect(Set(rows.map { $0[0] }).count == rows.count, "an id is there twice")
        for row in rows {
            let references = codeSpans(in: row[3])
            #expect(!references.isEmpty, "\(row[0]): no test shows it")
            for reference in references { #expect(try exists(reference), "\(row[0]): there is no test \(reference)") }
        }
    }

    @Test("a test that does not exist is noticed")
    func missingTestsAreNoticed() throws {
        #expect(try exists("RepositoryTests/SecurityDocumentsTests: a test that does not exist is noticed"))
        #expect(try !exists("RepositoryTests/SecurityDocumentsTests: no such test"))
        #expect(try !exists("RepositoryTests/NoSuchFile: a test that does not exist is noticed"))
        #expect(try !exists("NoSuchTests/SecurityDocumentsTests: a test that does not exist is noticed"))
        #expect(try !exists("a test that does not exist is noticed"))
    }

    @Test("the self-assessment has every heading of its template")
    func selfAssessmentIsWhole() throws {
        let headings = Set(try lines(of: "docs/security/self-assessment.md").filter { $0.hasPrefix("#") })
        for heading in [
            "## Metadata", "## Secure development practices", "### Development pipeline", "### Communication channels", "#### Internal",
            "#### Inbound", "#### Outbound", "### Ecosystem", "## Security issue resolution", "### Responsible disclosures process",
            "### Vulnerability response process", "### Incident response",
        ] {
            #expect(headings.contains(heading[...]), "\(heading)")
        }
    }

    @Test("every row of the self-assessment says what to run or read to see it hold")
    func selfAssessmentCanBeChecked() throws {
        let rows = try rows(of: "docs/security/self-assessment.md", under: ["What", "How it is", "See it hold"])
        #expect(rows.count > 20)
        for row in rows { #expect(row[2].contains("`") || row[2].contains("]("), "\(row[0])") }
    }

    @Test("the scripts that the documents name are there")
    func scriptsExist() throws {
        let scripts = Set(RepositoryFiles.paths(below: "ci", ending: ""))
        for path in Self.documents {
            let spans = codeSpans(in: try RepositoryFiles.text(path)).filter { $0.hasPrefix("ci/") && !$0.hasSuffix("/") }
            let missing = spans.compactMap { $0.split(separator: " ").first.map(String.init) }.filter { !scripts.contains($0) }
            #expect(missing.isEmpty, "\(path)")
        }
    }

    @Test("every placeholder is well formed")
    func placeholdersAreWellFormed() throws {
        for path in Self.documents + RepositoryFiles.paths(below: ".github", ending: "") {
            for line in try lines(of: path) { #expect(isWellFormed(line), "\(path): \(line)") }
        }
    }

    @Test(
        "what is no placeholder is told from one",
        arguments: [
            ("none", true), ("{{ADOPTER: an address}}", true), ("a {{ADOPTER: b}} c {{ADOPTER: d}}", true), ("${{ github.ref }}", true),
            ("{{ADOPTER:an address}}", false), ("{{ADOPTER: }}", false), ("{{ADOPTER: an address", false), ("{{Adopter: a}}", false),
            ("{ADOPTER: a}", false), ("{{ ADOPTER: a}}", false), ("{{ADOPTER: {{ADOPTER: a}}}}", false), ("{{{ADOPTER: a}}}", false),
        ])
    func placeholderForms(line: String, isGood: Bool) {
        #expect(isWellFormed(line[...]) == isGood)
    }
}

extension SecurityDocumentsTests {
    private static let documents =
        ["SECURITY.md", "CONTRIBUTING.md", "GOVERNANCE.md", "MAINTAINERS.md", "CODE_OF_CONDUCT.md", "docs/releasing.md"]
        + RepositoryFiles.paths(below: "docs/security", ending: ".md")

    private func lines(of path: String) throws -> [Substring] {
        try RepositoryFiles.text(path).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The rows of all tables of a page that have this header, cell by cell.
    private func rows(of path: String, under header: [String]) throws -> [[String]] {
        var rows: [[String]] = []
        var isInside = false
        for line in try lines(of: path) {
            guard line.hasPrefix("| ") || line.hasPrefix("|-") else {
                isInside = false
                continue
            }
            let cells = line.split(separator: "|").map(trimmed)
            if cells == header {
                isInside = true
            } else if isInside, !line.hasPrefix("|-") {
                try #require(cells.count == header.count, "\(path): \(line)")
                rows.append(cells)
            }
        }
        return rows
    }

    /// What stands between backticks.
    private func codeSpans(in text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Whether `Target/File: name of the test` is in a file of that name below `Tests/Target`.
    private func exists(_ reference: String) throws -> Bool {
        guard let colon = reference.firstIndex(of: ":"), let slash = reference[..<colon].firstIndex(of: "/") else { return false }
        let file = reference[reference.index(after: slash)..<colon]
        let name = trimmed(reference[reference.index(after: colon)...])
        return try RepositoryFiles.paths(below: "Tests/\(reference[..<slash])", ending: "\(file).swift").contains {
            try $0.hasSuffix("/\(file).swift") && testNames(in: RepositoryFiles.text($0)).contains(name)
        }
    }

    /// The first argument of each `@Test(`, which may stand on the next line.
    private func testNames(in source: String) -> Set<String> {
        Set(
            source.split(separator: "@Test(").dropFirst().compactMap { rest in
                let argument = rest.drop(while: \.isWhitespace)
                guard argument.first == "\"" else { return nil }
                return String(argument.dropFirst().prefix { $0 != "\"" })
            })
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// As `ci/placeholders` judges: as many placeholders as there are braces before the word.
    private func isWellFormed(_ line: Substring) -> Bool {
        let meant = line.matches(of: /\{\s*ADOPTER/.ignoresCase())
        let formed = line.matches(of: /\{\{ADOPTER: [^\s{}](?:[^{}]*[^\s{}])?\}\}/).filter { match in
            let before = line[..<match.range.lowerBound].last, after = line[match.range.upperBound...].first
            return before != "{" && after != "}"
        }
        return meant.count == formed.count
    }
}
