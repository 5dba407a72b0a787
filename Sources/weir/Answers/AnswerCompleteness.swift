// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// How complete an answer is: one line for people, an object for programs.
struct AnswerCompleteness {
    let completeness: Completeness
    let halves: ObservedHalves

    /// Gaps that the line names; the object has all.
    private static let gapsInLine = 3

    var line: String { "completeness: " + stateText + halvesText }

    private var stateText: String {
        switch completeness.state {
        case .unknown: "unknown: no exporter reported in this range" + (completeness.imports.isEmpty ? "" : "; " + sound)
        case .complete: "complete; \(plural(completeness.exporters, "exporter")) reported"
        case .incomplete: "incomplete: " + missing.joined(separator: "; ")
        }
    }

    private var missing: [String] {
        var parts: [String] = []
        parts += completeness.imports.filter(\.isIncomplete).suffix(Self.gapsInLine).map(text)
        if let time = completeness.removedBefore { parts.append("what ended before \(LocalTime.dateAndTime(time)) is no longer kept") }
        if let time = completeness.nothingBefore { parts.append("no exporter reported before \(LocalTime.dateAndTime(time))") }
        if let time = completeness.nothingAfter { parts.append("no exporter reported after \(LocalTime.dateAndTime(time))") }
        parts += completeness.gaps.prefix(Self.gapsInLine).map(text)
        if completeness.gaps.count > Self.gapsInLine {
            parts.append("and \(plural(completeness.gaps.count - Self.gapsInLine, "more gap"))")
        }
        return parts
    }

    /// Of imports of which nothing is known to be missing.
    private var sound: String {
        let records = completeness.imports.reduce(0) { $0 + Int(clamping: $1.records) }
        let files =
            completeness.imports.count == 1 ? TerminalText.safe(completeness.imports[0].file) : plural(completeness.imports.count, "file")
        return "\(plural(records, "record")) imported from \(files), none known to be lost"
    }

    private func text(_ progress: ImportProgress) -> String {
        var parts: [String] = []
        if progress.lost > 0 { parts.append("\(plural(Int(clamping: progress.lost), "record")) lost before") }
        if progress.malformed > 0 {
            parts.append("\(plural(Int(clamping: progress.malformed), "message or line", "messages or lines")) malformed")
        }
        if progress.ended == nil { parts.append("import not finished") }
        if progress.isSampled { parts.append("a sample of one in \(progress.samplingInterval ?? 1), not scaled up") }
        return "\(TerminalText.safe(progress.file)): \(parts.joined(separator: ", "))"
    }

    private func text(_ gap: Completeness.Gap) -> String {
        let isOneDay = LocalTime.date(gap.from) == LocalTime.date(gap.to)
        let until = (isOneDay ? "" : LocalTime.date(gap.to) + " ") + LocalTime.clock(gap.to)
        return "\(who(gap)) \(cause(gap)) \(LocalTime.date(gap.from)) \(LocalTime.clock(gap.from))–\(until)"
    }

    private func who(_ gap: Completeness.Gap) -> String {
        if gap.exporter == ExporterMinute.aggregator { return "the aggregator" }
        let address = "\(TerminalText.safe(gap.exporter)) domain \(gap.observationDomainID)"
        return gap.nodeName.map { "\(TerminalText.safe($0)) (\(address))" } ?? address
    }

    private func cause(_ gap: Completeness.Gap) -> String {
        switch gap.cause {
        case .silent: "silent"
        case .away(.stopped): "stopped, and datagrams were lost"
        case .away(.broken): "was not there, and may have lost what it held last"
        case .counted(let losses): Self.words.compactMap { words in words(losses) }.joined(separator: ", ")
        }
    }

    private static let words: [@Sendable (Completeness.Losses) -> String?] = [
        text(\.lost, "record", "lost on the way"), text(\.setsWithoutTemplate, "set", "without template"),
        text(\.malformed, "message", "malformed"), text(\.refused, "record", "refused"), text(\.late, "record", "too late"),
        text(\.notSent, "record", "given up by the exporter"), text(\.untracked, "packet", "not tracked by the node"),
        text(\.datagramsDropped, "datagram", "dropped before it was read"), text(\.sessionsRefused, "session", "refused"),
        text(\.intervalsLost, "interval", "not stored"),
    ]

    private static func text(
        _ path: any KeyPath<Completeness.Losses, Int64> & Sendable, _ noun: String, _ fate: String
    ) -> @Sendable (Completeness.Losses) -> String? {
        { losses in losses[keyPath: path] > 0 ? "\(plural(Int(losses[keyPath: path]), noun)) \(fate)" : nil }
    }

    private var halvesText: String {
        switch (halves.sourceOnly, halves.destinationOnly) {
        case (0, 0): ""
        case (let source, let destination):
            "; one half only of \(plural(source + destination, "connection"))"
                + " (\(source) by the source node, \(destination) by the destination node)"
        }
    }
}

extension AnswerCompleteness {
    var json: JSONValue {
        .object([
            ("state", .text(completeness.state.rawValue)),
            ("exporters", .number(completeness.exporters)),
            ("removedBefore", .text(completeness.removedBefore?.description)),
            ("nothingBefore", .text(completeness.nothingBefore?.description)),
            ("nothingAfter", .text(completeness.nothingAfter?.description)),
            ("missing", .array(completeness.gaps.map(json))),
            ("imports", .array(completeness.imports.map(json))),
            ("connectionsOfSourceNodeOnly", .number(halves.sourceOnly)),
            ("connectionsOfDestinationNodeOnly", .number(halves.destinationOnly)),
        ])
    }

    private func json(_ progress: ImportProgress) -> JSONValue {
        .object([
            ("file", .text(progress.file)),
            ("records", .number(Int(clamping: progress.records))),
            ("lost", .number(Int(clamping: progress.lost))),
            ("malformed", .number(Int(clamping: progress.malformed))),
            ("samplingInterval", .plain(.count(progress.samplingInterval))),
            ("isFinished", .flag(progress.ended != nil)),
        ])
    }

    private func json(_ gap: Completeness.Gap) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("exporter", .text(gap.exporter)),
            ("observationDomainID", .plain(.integer(gap.observationDomainID))),
            ("nodeName", .text(gap.nodeName)),
            ("from", .text(gap.from.description)),
            ("to", .text(gap.to.description)),
        ]
        switch gap.cause {
        case .silent: members.append(("cause", .text("silent")))
        case .away(let away): members += [("cause", .text("away")), ("aggregator", .text(away.rawValue))]
        case .counted(let losses):
            members.append(("cause", .text("losses")))
            for count in Completeness.Losses.all { members.append((count.name, .plain(.integer(losses[keyPath: count.path])))) }
        }
        return .object(members)
    }
}

/// `1 record`, `2 records`.
func plural(_ count: Int, _ noun: String, _ several: String? = nil) -> String { "\(count) \(count == 1 ? noun : several ?? noun + "s")" }
