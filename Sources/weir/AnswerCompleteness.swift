// SPDX-License-Identifier: Apache-2.0

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
        case .unknown: "unknown: no exporter reported in this range"
        case .complete: "complete; \(plural(completeness.exporters, "exporter")) reported"
        case .incomplete: "incomplete: " + missing.joined(separator: "; ")
        }
    }

    private var missing: [String] {
        var parts: [String] = []
        if let time = completeness.nothingBefore { parts.append("no exporter reported before \(LocalTime.dateAndTime(time))") }
        if let time = completeness.nothingAfter { parts.append("no exporter reported after \(LocalTime.dateAndTime(time))") }
        parts += completeness.gaps.prefix(Self.gapsInLine).map(text)
        if completeness.gaps.count > Self.gapsInLine {
            parts.append("and \(plural(completeness.gaps.count - Self.gapsInLine, "more gap"))")
        }
        return parts
    }

    private func text(_ gap: Completeness.Gap) -> String {
        let address = "\(TerminalText.safe(gap.exporter)) domain \(gap.observationDomainID)"
        let who = gap.nodeName.map { "\(TerminalText.safe($0)) (\(address))" } ?? address
        let isOneDay = LocalTime.date(gap.from) == LocalTime.date(gap.to)
        let until = (isOneDay ? "" : LocalTime.date(gap.to) + " ") + LocalTime.clock(gap.to)
        return "\(who) \(cause(gap)) \(LocalTime.date(gap.from)) \(LocalTime.clock(gap.from))–\(until)"
    }

    private func cause(_ gap: Completeness.Gap) -> String {
        guard case .counted(let losses) = gap.cause else { return "silent" }
        var causes: [String] = []
        if losses.lost > 0 { causes.append("\(plural(Int(losses.lost), "record")) lost on the way") }
        if losses.setsWithoutTemplate > 0 { causes.append("\(plural(Int(losses.setsWithoutTemplate), "set")) without template") }
        if losses.malformed > 0 { causes.append("\(plural(Int(losses.malformed), "message")) malformed") }
        if losses.refused > 0 { causes.append("\(plural(Int(losses.refused), "record")) refused") }
        if losses.late > 0 { causes.append("\(plural(Int(losses.late), "record")) too late") }
        if losses.notSent > 0 { causes.append("\(plural(Int(losses.notSent), "record")) given up by the exporter") }
        if losses.untracked > 0 { causes.append("\(plural(Int(losses.untracked), "packet")) not tracked by the node") }
        return causes.joined(separator: ", ")
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
            ("nothingBefore", .text(completeness.nothingBefore?.description)),
            ("nothingAfter", .text(completeness.nothingAfter?.description)),
            ("missing", .array(completeness.gaps.map(json))),
            ("connectionsOfSourceNodeOnly", .number(halves.sourceOnly)),
            ("connectionsOfDestinationNodeOnly", .number(halves.destinationOnly)),
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
        case .counted(let losses):
            members += [
                ("cause", .text("losses")),
                ("lost", .plain(.integer(losses.lost))),
                ("setsWithoutTemplate", .plain(.integer(losses.setsWithoutTemplate))),
                ("malformed", .plain(.integer(losses.malformed))),
                ("refused", .plain(.integer(losses.refused))),
                ("late", .plain(.integer(losses.late))),
                ("notSent", .plain(.integer(losses.notSent))),
                ("untracked", .plain(.integer(losses.untracked))),
            ]
        }
        return .object(members)
    }
}

/// `1 record`, `2 records`.
func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
