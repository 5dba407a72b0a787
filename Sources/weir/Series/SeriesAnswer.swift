// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Lays out the answer to `weir series`.
struct SeriesAnswer {
    let series: Series
    let order: TopOrder
    let numbers: NumberStyle

    /// Characters of the longest bar: the time and the number beside it should fit on the line, too.
    private static var barWidth: Int { min(30, max(5, (Environment.lineWidth ?? .max) - 34)) }

    var answer: Answer {
        var answer = Answer(command: "series", table: table, text: series.grouping == nil ? plainText : splitText)
        answer.range = series.query.range
        answer.question = [("splitBy", .array((series.grouping?.columns ?? []).map { .text($0) })), ("order", .text(order.rawValue))]
        if let filter = series.query.filter { answer.question.append(("where", .text("\(filter)"))) }
        answer.sums = [("totals", .object(Self.measures(series.whole.totals).map { ($0.0, .plain($0.1)) }))]
        answer.remarks = [remark]
        return answer
    }

    private static func measures(_ traffic: Traffic) -> [(String, ResultValue)] {
        [
            (FlowSchema.name(of: .octetDeltaCount), .count(traffic.octets)),
            (FlowSchema.name(of: .reverseOctetDeltaCount), .count(traffic.reverseOctets)),
            (FlowSchema.name(of: .packetDeltaCount), .count(traffic.packets)),
            (FlowSchema.name(of: .reversePacketDeltaCount), .count(traffic.reversePackets)),
            ("connections", .integer(Int64(traffic.connections))), ("intervals", .integer(Int64(traffic.intervals))),
            ("intervalsWithoutCounters", .integer(Int64(traffic.intervalsWithoutCounters))),
        ]
    }

    /// A row for each step, or for each step and group.
    private var table: ResultTable {
        let keys = series.grouping?.columns ?? []
        var table = ResultTable(columns: ["stepStart", "stepEnd"] + keys + Self.measures(Traffic()).map(\.0))
        for step in series.steps {
            let times: [ResultValue] = [.text(step.range.from.description), .text(step.range.to.description)]
            guard series.grouping != nil else {
                table.rows.append(times + Self.measures(step.total).map(\.1))
                continue
            }
            for (group, traffic) in zip(series.whole.groups, step.groups) {
                table.rows.append(times + group.key + Self.measures(traffic ?? Traffic()).map(\.1))
            }
        }
        return table
    }

    private func measure(_ traffic: Traffic?, in range: TimeRange) -> String {
        guard let traffic, traffic.intervals > 0 else { return order == .connections || order == .denied || order == .flows ? "0" : "-" }
        return order.text(traffic.measure(order.order), over: range.lengthInSeconds, numbers)
    }

    private var plainText: TextTable {
        let barWidth = Self.barWidth
        let largest = series.steps.compactMap { $0.total.measure(order.order) }.max() ?? 0
        func right(_ title: String, _ rank: Int) -> TextTable.Column { TextTable.Column(title: title, alignment: .right, rank: rank) }
        var text = TextTable(columns: [
            TextTable.Column(title: "FROM", isElastic: false), right("OCTETS", 1), right("REVERSE", 1), right("PACKETS", 3),
            right("REVERSE", 3), right("CONNECTIONS", 2),
            TextTable.Column(title: order.rawValue.uppercased(), isElastic: false),
        ])
        for step in series.steps {
            let bar = Sparkline.bar(
                step.total.measure(order.order), of: largest, width: barWidth, isUnicode: Environment.isUnicode)
            let value = measure(step.total, in: step.range)
            text.rows.append([LocalTime.dateAndTime(step.range.from)] + cells(step.total) + [bar.isEmpty ? value : "\(bar) \(value)"])
        }
        text.summary.append(["(total)"] + cells(series.whole.totals) + [""])
        return text
    }

    private func cells(_ traffic: Traffic) -> [String] {
        [
            numbers.octets(traffic.octets), numbers.octets(traffic.reverseOctets), numbers.count(traffic.packets),
            numbers.count(traffic.reversePackets), numbers.count(UInt64(traffic.connections)),
        ]
    }

    /// A column for each group, the course of each below.
    private var splitText: TextTable {
        let names = series.whole.groups.map { series.grouping?.text(of: $0.key, numbers).joined(separator: " ") ?? "" }
        let columns = names.enumerated().map { TextTable.Column(title: $1, alignment: .right, isElastic: true, rank: $0) }
        var text = TextTable(
            columns: [TextTable.Column(title: "FROM", isElastic: false)] + columns + [TextTable.Column(title: "ALL", alignment: .right)])
        for step in series.steps {
            text.rows.append(
                [LocalTime.dateAndTime(step.range.from)] + step.groups.map { measure($0, in: step.range) } + [
                    measure(step.total, in: step.range)
                ])
        }
        text.summary.append(
            ["(total)"] + series.whole.groups.map { measure($0.traffic, in: series.query.range) }
                + [measure(series.whole.totals, in: series.query.range)])
        return text
    }

    private var remark: String {
        let totals = series.whole.totals
        let unit =
            order == .throughput
            ? "bits per second, both directions" : order == .denied ? "connections denied" : "\(order.rawValue), both directions"
        let others = series.whole.otherGroupCount > 0 ? "; \(plural(series.whole.otherGroupCount, "other group")) in ALL only" : ""
        return "\(unit), of \(plural(totals.intervals, "interval")) \(series.query.range.text)\(others)"
            + (totals.intervalsWithoutCounters > 0 ? "; \(totals.intervalsWithoutCounters) had no counters" : "")
    }
}
