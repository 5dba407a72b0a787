// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir top`.
struct TopAnswer {
    let columns: [FlowColumn]
    let query: TopQuery
    let result: TopResult
    let numbers: NumberStyle

    var answer: Answer {
        var answer = Answer(command: "top", table: table, text: text)
        answer.range = query.range
        answer.question = [
            ("by", .array(query.fields.map { .text(FlowSchema.name(of: $0)) })),
            ("order", .text(query.order.rawValue)),
        ]
        let others: JSONValue = result.others.map { .object([("groups", .number(result.otherGroupCount))] + members($0)) } ?? .plain(.null)
        answer.sums = [("others", others), ("totals", .object(members(result.totals)))]
        answer.remarks = [remark]
        return answer
    }

    /// What is measured of a group, under the names that programs see.
    private func measures(_ traffic: Traffic) -> [(String, ResultValue)] {
        func integer(_ value: UInt64?) -> ResultValue { value.map { .integer(Int64(clamping: $0)) } ?? .null }
        func percent(_ part: UInt64?, _ whole: UInt64?) -> ResultValue {
            NumberStyle.percent(part, of: whole).map(ResultValue.real) ?? .null
        }
        return [
            (FlowSchema.name(of: .octetDeltaCount), integer(traffic.octets)),
            (FlowSchema.name(of: .reverseOctetDeltaCount), integer(traffic.reverseOctets)),
            ("octetPercent", percent(traffic.allOctets, result.totals.allOctets)),
            (FlowSchema.name(of: .packetDeltaCount), integer(traffic.packets)),
            (FlowSchema.name(of: .reversePacketDeltaCount), integer(traffic.reversePackets)),
            ("packetPercent", percent(traffic.allPackets, result.totals.allPackets)),
            ("connections", .integer(Int64(traffic.connections))),
            ("connectionPercent", percent(UInt64(traffic.connections), UInt64(result.totals.connections))),
            ("intervals", .integer(Int64(traffic.intervals))),
            ("intervalsWithoutCounters", .integer(Int64(traffic.intervalsWithoutCounters))),
        ]
    }

    private func members(_ traffic: Traffic) -> [(String, JSONValue)] { measures(traffic).map { ($0.0, .plain($0.1)) } }

    private var table: ResultTable {
        var table = ResultTable(columns: query.fields.map(FlowSchema.name(of:)) + measures(Traffic()).map(\.0))
        table.rows = result.groups.map { group in group.key + measures(group.traffic).map(\.1) }
        table.isTruncated = result.others != nil
        return table
    }

    private var text: TextTable {
        let measured = ["OCTETS", "REVERSE", "%", "PACKETS", "REVERSE", "%", "CONNECTIONS", "%"].map {
            TextTable.Column(title: $0, alignment: .right)
        }
        var text = TextTable(columns: columns.map { TextTable.Column(title: $0.title, alignment: $0.alignment) } + measured)
        for group in result.groups {
            var rest = group.key[...]
            let key = columns.map { column in
                defer { rest = rest.dropFirst(column.fields.count) }
                return column.text(Array(rest.prefix(column.fields.count)), numbers)
            }
            text.rows.append(key + cells(group.traffic))
        }
        if let others = result.others { text.summary.append(label("(\(plural(result.otherGroupCount, "other")))") + cells(others)) }
        text.summary.append(label("(total)") + cells(result.totals))
        return text
    }

    private func label(_ text: String) -> [String] { [text] + Array(repeating: "", count: columns.count - 1) }

    private func cells(_ traffic: Traffic) -> [String] {
        func percent(_ part: UInt64?, _ whole: UInt64?) -> String { NumberStyle.percent(part, of: whole).map(oneDecimal) ?? "-" }
        return [
            numbers.octets(traffic.octets), numbers.octets(traffic.reverseOctets), percent(traffic.allOctets, result.totals.allOctets),
            numbers.count(traffic.packets), numbers.count(traffic.reversePackets), percent(traffic.allPackets, result.totals.allPackets),
            numbers.count(UInt64(traffic.connections)), percent(UInt64(traffic.connections), UInt64(result.totals.connections)),
        ]
    }

    private var remark: String {
        let counted = result.totals.intervalsWithoutCounters
        return "\(plural(result.totals.intervals, "interval")) \(query.range.text)"
            + (counted > 0 ? "; \(counted) had no counters, and \(counted == 1 ? "is" : "are") in no sum of octets or packets" : "")
    }
}
