// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import PacketCapture

/// What is said of the files as a whole: counts, templates, and whether anything is wrong.
struct DecodeAnswer {
    let run: DecodeRun

    /// `complete`, or what is malformed or missing.
    var completenessLine: String {
        let faults = faults.filter { $0.count > 0 }.map { "\(plural($0.count, $0.noun)) \($0.fate)" }
        return "completeness: " + (faults.isEmpty ? "complete" : "incomplete: " + faults.joined(separator: ", "))
    }

    var completeness: JSONValue {
        .object(
            [("state", .text(run.isComplete ? "complete" : "incomplete"))] + faults.map { ($0.name, JSONValue.number($0.count)) })
    }

    private struct Fault {
        let name: String
        let count: Int
        let noun: String
        let fate: String
    }

    private var faults: [Fault] {
        let statistics = run.sessions.statistics
        let findings = run.findings
        return [
            Fault(name: "malformed", count: Int(clamping: statistics.malformed.total), noun: "message", fate: "malformed"),
            Fault(name: "cut", count: findings.messagesCut, noun: "message", fate: "cut off"),
            Fault(
                name: "lost", count: Int(clamping: statistics.sequence.lost), noun: Missing(statistics).lostNoun,
                fate: "lost by the sequence numbers"),
            Fault(name: "setsUnread", count: Int(clamping: statistics.setsUnread), noun: "set", fate: "without template"),
            Fault(name: "octetsMissing", count: findings.octetsMissing, noun: "octet", fate: "not captured"),
            Fault(name: "octetsSkipped", count: findings.octetsSkipped, noun: "octet", fate: "of no message"),
            Fault(name: "filesDamaged", count: findings.filesDamaged, noun: "file", fate: "not read to the end"),
            Fault(name: "filesWithoutMessages", count: findings.filesWithoutMessages, noun: "file", fate: "without any message"),
        ]
    }
}

// Counts.
extension DecodeAnswer {
    var statisticsTable: TextTable {
        let (sum, rows) = DecodeCounts.all(of: run)
        let titles = [
            "SESSION", "DOMAIN", "MESSAGES", "OCTETS", "SETS", "TEMPLATES", "OPTIONS TEMPLATES", "RECORDS", "OPTIONS RECORDS",
            "WITHOUT TEMPLATE", "LOST", "REORDERED", "DUPLICATED", "MALFORMED",
        ]
        func row(_ name: String, _ counts: DecodeCounts) -> [String] {
            [name, counts.domain.map { "\($0)" } ?? (counts.session == nil ? "" : "-")] + counts.counts.map { "\($0.count)" }
        }
        return TextTable(
            columns: titles.enumerated().map { .init(title: $1, alignment: $0 == 0 ? .left : .right) },
            rows: rows.map { row($0.session?.description ?? "", $0) }, summary: [row("(total)", sum)])
    }

    /// What the table has no column for, where there was any of it.
    var statisticsRemarks: [String] {
        let sum = DecodeCounts.all(of: run).sum
        var remarks: [String] = []
        func add(_ title: String, _ counts: [(name: String, count: UInt64)]) {
            let present = counts.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }
            if !present.isEmpty { remarks.append("\(title): " + present.joined(separator: ", ")) }
        }
        add("malformed by cause", sum.causes)
        add("also", sum.rareCounts)
        add("capture", (run.capture?.named ?? []).map { ($0.name, UInt64($0.count)) })
        if run.sessions.statistics.netFlow9Messages > 0 { remarks.append("Of NetFlow v9 the sequence numbers count packets, not records.") }
        return remarks
    }

    var statistics: JSONValue {
        let (sum, rows) = DecodeCounts.all(of: run)
        var members: [(String, JSONValue)] = [("all", sum.json), ("domains", .array(rows.map(\.json)))]
        if let capture = run.capture { members.append(("capture", .object(capture.named.map { ($0.name, .number($0.count)) }))) }
        return .object(members)
    }

    var statisticsRows: [JSONValue] { DecodeCounts.all(of: run).rows.map(\.json) }
}
