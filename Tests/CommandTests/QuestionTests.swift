// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import JSON
import Testing

/// The questions of schemas/sqlite/queries, asked of a store whose answers are known, and the dashboards that ask them.
@Suite struct QuestionTests {
    private let store: QuestionStore

    init() throws { store = try QuestionStore() }

    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    private func ask(_ sql: String, _ parameters: [String] = []) throws -> Program.Outcome {
        try Program.built("weir").run(
            ["sql", "-o", "csv"] + parameters.flatMap { ["-p", $0] }, environment: ["TZ": "UTC", "WEIR_STORE": store.path], input: sql)
    }

    private static let range = ["from=\(QuestionStore.from)", "to=\(QuestionStore.to)"]

    static let answers: [(question: String, parameters: [String], answer: [String])] = [
        ("busiest-pods", range, ["shop,web-1,2040,13410", "shop,db-1,9000,1000", "payments,api-1,400,720"]),
        (
            "who-talked-to", range + ["address=10.10.0.5"],
            [
                "went to,10.10.1.7,shop,db-1,5432,6,1,1000,9000,2026-11-23T10:01:00Z",
                "went to,203.0.113.9,,,443,6,1,300,4000,2026-11-23T10:02:10Z",
                "came from,10.10.0.9,payments,api-1,8080,6,1,400,600,2026-11-23T10:02:00Z",
                "went to,10.10.0.9,payments,api-1,9000,6,1,120,0,2026-11-23T10:05:20Z",
                "came from,198.51.100.7,,,8080,6,1,10,20,2026-11-23T10:02:20Z", "went to,192.0.2.66,,,25,6,1,,,2026-11-23T10:04:20Z",
            ]
        ),
        (
            "denied-by-policy", range,
            [
                "ingress,shop,db-clients,,drop,payments/api-1,shop/db-1,5432,6,1,2026-11-23T10:03:20Z",
                "egress,,no-mail,smtp,reject,shop/web-1,192.0.2.66,25,6,1,2026-11-23T10:04:20Z",
            ]
        ),
        (
            "namespaces-by-hour", range,
            [
                "2026-11-23T10:00Z,shop,shop,1000,9000,1", "2026-11-23T10:00Z,payments,shop,400,600,2",
                "2026-11-23T10:00Z,shop,payments,120,0,1",
            ]
        ),
        (
            "new-destinations", range + ["since=\(QuestionStore.from - 200_000)"],
            [
                "payments,10.10.0.5,shop,web-1,8080,6,1,400,600,2026-11-23T10:02:00Z",
                "shop,203.0.113.9,,,443,6,1,300,4000,2026-11-23T10:02:10Z",
                ",10.10.0.5,shop,web-1,8080,6,1,10,20,2026-11-23T10:02:20Z", "payments,10.10.1.7,shop,db-1,5432,6,1,,,2026-11-23T10:03:20Z",
                "shop,192.0.2.66,,,25,6,1,,,2026-11-23T10:04:20Z", "shop,10.10.0.9,payments,api-1,9000,6,1,120,0,2026-11-23T10:05:20Z",
            ]
        ),
        ("half-open-connections", range, ["shop/web-1,payments/api-1,9000,SYN_SENT,12,0,2026-11-23T10:05:20Z"]),
        (
            "largest-ports", range,
            [
                "5432,6,shop/db:postgres,1000,9000,1", "443,6,,300,4000,1", "8080,6,,410,620,2", "9000,6,,120,0,1", "25,6,,,,1",
                "5432,6,,,,1",
            ]
        ),
        ("rules-never-hit", range, ["ingress,shop,web,allow-ftp,1,0"]),
        ("incomplete-minutes", range, ["2026-11-23T10:01:00Z,node-a,tcp://192.0.2.1,100,7,0,0,0,0,0,0,0,0,0"]),
        ("external-destinations", range, ["203.0.113.9,443,shop,web-1,,300,4000,1"]),
        (
            "throughput", range,
            [
                "1795428060,133.33333333333334,1200.0", "1795428120,94.66666666666667,616.0", "1795428180,0.0,0.0", "1795428240,0.0,0.0",
                "1795428300,16.0,0.0",
            ]
        ),
        ("denied-over-time", range, ["1795428060,0,0", "1795428120,0,0", "1795428180,1,0", "1795428240,0,1", "1795428300,0,0"]),
        (
            "top-talkers", range,
            [
                "shop/web-1,shop/db:postgres,1000,9000,1", "shop/web-1,203.0.113.9,300,4000,1", "payments/api-1,shop/web-1,400,600,1",
                "shop/web-1,payments/api-1,120,0,1", "198.51.100.7,shop/web-1,10,20,1", "payments/api-1,shop/db-1,,,1",
                "shop/web-1,192.0.2.66,,,1",
            ]
        ),
        ("exporter-completeness", range, ["node-a,tcp://192.0.2.1,3,1,300,7,0,0,0,2026-11-23T10:02:00Z"]),
    ]

    @Test("each question has its answer", arguments: answers)
    func answer(question: String, parameters: [String], answer: [String]) throws {
        let sql = try #require(contents(of: "\(Self.root)/schemas/sqlite/queries/\(question).sql"))
        let outcome = try ask(sql, parameters)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(Array(outcome.output.split(separator: "\r\n").dropFirst()) == answer.map { $0[...] })
    }

    @Test("each question can be asked without parameters, begins with a comment, and is in docs/sql.md")
    func questions() throws {
        let page = try #require(contents(of: "\(Self.root)/docs/sql.md"))
        for question in Self.answers.map(\.question) {
            let sql = try #require(contents(of: "\(Self.root)/schemas/sqlite/queries/\(question).sql"))
            #expect(sql.hasPrefix("-- SPDX-License-Identifier: Apache-2.0\n--\n-- ") && sql.contains("?\n--\n-- :"))
            let outcome = try ask(sql)
            #expect(
                outcome.status == 0 && outcome.output.split(separator: "\r\n").count == (question == "rules-never-hit" ? 3 : 1),
                "\(question): \(outcome)")
            #expect(page.contains("queries/\(question).sql)"), "\(question)")
        }
    }

    @Test("each panel of the dashboards asks a question of schemas/sqlite/queries, and a real store answers it")
    func dashboards() throws {
        let text = try #require(contents(of: "\(Self.root)/dashboards/overview.json"))
        let panels = try JSONParser.parse(Array(text.utf8))["panels"]?.array ?? []
        #expect(panels.count >= 4)
        let questions = try Self.answers.map { try Self.panelText(of: $0.question) }
        for panel in panels {
            let targets = panel["targets"]?.array ?? []
            #expect(!targets.isEmpty)
            for target in targets {
                let sql = try #require(target["queryText"]?.string)
                #expect(questions.contains(sql) && target["rawQueryText"]?.string == sql, "\(panel["title"]?.string ?? "?")")
                // As Grafana does: milliseconds since 1970.
                let asked = sql.replacing("$__from", with: "\(QuestionStore.from)123").replacing("$__to", with: "\(QuestionStore.to)456")
                let outcome = try ask(asked)
                #expect(outcome.status == 0 && outcome.output.split(separator: "\r\n").count > 1, "\(outcome.errors)")
            }
        }
    }

    /// The question as dashboards/README.md says that a panel has it.
    private static func panelText(of question: String) throws -> String {
        let sql = try #require(contents(of: "\(root)/schemas/sqlite/queries/\(question).sql"))
        let lines = sql.split(separator: "\n", omittingEmptySubsequences: false).drop { $0.hasPrefix("--") || $0.isEmpty }
        let text = lines.filter { !$0.hasPrefix("--") }.joined(separator: "\n").replacing(":from", with: "($__from / 1000)")
        return String(text.replacing(":to", with: "($__to / 1000)").dropLast())
    }
}
