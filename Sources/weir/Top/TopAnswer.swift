// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir top`.
struct TopAnswer {
    let ranking: TopRanking
    let query: TopQuery
    let order: TopOrder
    let numbers: NumberStyle

    private var grouping: Grouping { ranking.grouping }
    private var result: TopResult { ranking.result }

    var answer: Answer {
        var answer = Answer(command: "top", table: table, text: text)
        answer.title = "by \(grouping.name)"
        answer.range = query.range
        answer.question = [("by", .array(grouping.columns.map { .text($0) })), ("order", .text(order.rawValue))]
        if let filter = query.filter { answer.question.append(("where", .text("\(filter)"))) }
        let others: JSONValue = result.others.map { .object([("groups", .number(result.otherGroupCount))] + members($0)) } ?? .plain(.null)
        answer.sums = [("others", others), ("totals", .object(members(result.totals)))]
        answer.remarks = [remark]
        return answer
    }

    /// What is measured of a group, under the names that programs see.
    private func measures(_ traffic: Traffic) -> [(String, ResultValue)] {
        func percent(_ part: UInt64?, _ whole: UInt64?) -> ResultValue {
            NumberStyle.percent(part, of: whole).map(ResultValue.real) ?? .null
        }
        return [
            (FlowSchema.name(of: .octetDeltaCount), .count(traffic.octets)),
            (FlowSchema.name(of: .reverseOctetDeltaCount), .count(traffic.reverseOctets)),
            ("octetPercent", percent(traffic.allOctets, result.totals.allOctets)),
            (FlowSchema.name(of: .packetDeltaCount), .count(traffic.packets)),
            (FlowSchema.name(of: .reversePacketDeltaCount), .count(traffic.reversePackets)),
            ("packetPercent", percent(traffic.allPackets, result.totals.allPackets)),
            ("connections", .integer(Int64(traffic.connections))),
            ("connectionPercent", percent(UInt64(traffic.connections), UInt64(result.totals.connections))),
            ("intervals", .integer(Int64(traffic.intervals))),
            ("intervalsWithoutCounters", .integer(Int64(traffic.intervalsWithoutCounters))),
        ] + throughput(traffic)
    }

    private func throughput(_ traffic: Traffic) -> [(String, ResultValue)] {
        guard order == .throughput else { return [] }
        return [
            (FlowSchema.name(of: .throughput), .count(bitsPerSecond(traffic.octets))),
            (FlowSchema.name(of: .reverseThroughput), .count(bitsPerSecond(traffic.reverseOctets))),
        ]
    }

    private func bitsPerSecond(_ octets: UInt64?) -> UInt64? {
        octets.map { NumberStyle.bitsPerSecond($0, over: query.range.lengthInSeconds) }
    }

    private func members(_ traffic: Traffic) -> [(String, JSONValue)] { measures(traffic).map { ($0.0, .plain($0.1)) } }

    private var table: ResultTable {
        let compared = ranking.before == nil ? [] : ["before", "changePercent"]
        let courses = ranking.courses == nil ? [] : ["series"]
        var table = ResultTable(columns: grouping.columns + measures(Traffic()).map(\.0) + compared + courses)
        table.rows = result.groups.enumerated().map { index, group in
            var row = group.key + measures(group.traffic).map(\.1)
            if let before = ranking.before {
                let earlier = before[group.key]?.measure(query.order)
                row += [.count(earlier), Self.change(group.traffic.measure(query.order), from: earlier).map(ResultValue.real) ?? .null]
            }
            if let course = ranking.courses?[index] { row.append(.text(course.map { $0.map { "\($0)" } ?? "" }.joined(separator: " "))) }
            return row
        }
        table.isTruncated = result.others != nil
        return table
    }

    /// In percent with one decimal; nil where there was nothing.
    private static func change(_ now: UInt64?, from before: UInt64?) -> Double? {
        guard let now, let before, before > 0 else { return nil }
        return ((Double(now) - Double(before)) / Double(before) * 1000).rounded() / 10
    }
}

// For eyes.
extension TopAnswer {
    /// Where the line is narrow, what the order is by stays for longest.
    private var measured: [TextTable.Column] {
        func columns(_ titles: [String], rank: Int) -> [TextTable.Column] {
            titles.map { TextTable.Column(title: $0, alignment: .right, rank: $0 == "%" ? rank + 1 : rank) }
        }
        let octets = grouping.isDirected ? ["OCTETS SENT", "RECEIVED"] : ["OCTETS", "REVERSE"]
        let packets = grouping.isDirected ? ["PACKETS SENT", "RECEIVED"] : ["PACKETS", "REVERSE"]
        let (octetRank, packetRank) = query.order == .packets ? (7, 0) : query.order == .octets ? (0, 7) : (5, 7)
        return columns((order == .throughput ? ["THROUGHPUT", "REVERSE"] : octets) + ["%"], rank: octetRank)
            + columns(packets + ["%"], rank: packetRank) + columns(["CONNECTIONS", "%"], rank: query.order == .connections ? 0 : 4)
            + (order == .flows ? columns(["FLOWS", "%"], rank: 0) : [])
            + (ranking.before == nil ? [] : columns(["BEFORE"], rank: 3) + columns(["CHANGE"], rank: 1))
    }

    private var text: TextTable {
        let courses = ranking.courses == nil ? [] : [TextTable.Column(title: "COURSE", isElastic: false, rank: 2)]
        var text = TextTable(
            columns: grouping.dimensions.map { TextTable.Column(title: $0.title, alignment: $0.alignment) } + measured + courses)
        for (index, group) in result.groups.enumerated() {
            let course = ranking.courses.map { [Sparkline.text($0[index], isUnicode: Environment.isUnicode)] } ?? []
            text.rows.append(
                grouping.text(of: group.key, numbers) + cells(group.traffic) + change(of: group.traffic, from: ranking.before?[group.key])
                    + course)
        }
        let empty = courses.map { _ in "" }
        if let others = result.others {
            text.summary.append(
                label("(\(plural(result.otherGroupCount, "other")))") + cells(others) + (ranking.before == nil ? [] : ["", ""]) + empty)
        }
        text.summary.append(label("(total)") + cells(result.totals) + change(of: result.totals, from: ranking.totalsBefore) + empty)
        return text
    }

    private func label(_ text: String) -> [String] { [text] + Array(repeating: "", count: grouping.dimensions.count - 1) }

    private func cells(_ traffic: Traffic) -> [String] {
        func percent(_ part: UInt64?, _ whole: UInt64?) -> String { NumberStyle.percent(part, of: whole).map(oneDecimal) ?? "-" }
        let octets =
            order == .throughput
            ? [traffic.octets, traffic.reverseOctets].map { numbers.bitsPerSecond(bitsPerSecond($0)) }
            : [traffic.octets, traffic.reverseOctets].map(numbers.octets)
        let flows =
            order == .flows
            ? [numbers.count(UInt64(traffic.intervals)), percent(UInt64(traffic.intervals), UInt64(result.totals.intervals))] : []
        return octets + [
            percent(traffic.allOctets, result.totals.allOctets), numbers.count(traffic.packets), numbers.count(traffic.reversePackets),
            percent(traffic.allPackets, result.totals.allPackets), numbers.count(UInt64(traffic.connections)),
            percent(UInt64(traffic.connections), UInt64(result.totals.connections)),
        ] + flows
    }

    /// What was before, and the growth since; nothing when nothing is compared.
    private func change(of traffic: Traffic, from before: Traffic?) -> [String] {
        guard ranking.before != nil else { return [] }
        let (now, earlier) = (traffic.measure(query.order), before?.measure(query.order))
        let growth: String
        if let change = Self.change(now, from: earlier) {
            growth = (change < 0 ? "-" : "+") + oneDecimal(abs(change)) + " %"
        } else {
            growth = before == nil || earlier == 0 ? "new" : "-"
        }
        return [order.text(earlier, over: query.range.lengthInSeconds, numbers), growth]
    }

    private var remark: String {
        let counted = result.totals.intervalsWithoutCounters
        return "\(plural(result.totals.intervals, "interval")) \(query.range.text)"
            + (counted > 0 ? "; \(counted) had no counters, and \(counted == 1 ? "is" : "are") in no sum of octets or packets" : "")
            + (grouping.isDirected ? "; a flow counts at each of its ends that is known" : "")
    }
}

extension ResultValue {
    /// Unknown is NULL; what SQLite could not hold is its largest number.
    static func count(_ value: UInt64?) -> ResultValue { value.map { .integer(Int64(clamping: $0)) } ?? .null }
}
