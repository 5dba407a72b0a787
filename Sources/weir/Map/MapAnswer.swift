// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir map` as a table.
struct MapAnswer {
    let map: FlowMap
    let result: FlowMap.Result
    let query: TopQuery
    let numbers: NumberStyle

    private static let measured = [FlowField.octetDeltaCount, .reverseOctetDeltaCount, .packetDeltaCount, .reversePacketDeltaCount]

    var answer: Answer {
        var answer = Answer(command: "map", table: table, text: text)
        answer.range = query.range
        answer.question = [("by", .text(map.end.title.lowercased()))]
        if let filter = query.filter { answer.question.append(("where", .text("\(filter)"))) }
        answer.sums = [("otherEdges", .number(result.otherEdges)), ("totals", .object(members(result.totals)))]
        answer.remarks = [
            "\(plural(result.edges.count, "edge"))\(result.otherEdges > 0 ? " of \(result.edges.count + result.otherEdges)" : "") \(query.range.text)"
        ]
        return answer
    }

    private func measures(_ traffic: Traffic) -> [ResultValue] {
        [
            .count(traffic.octets), .count(traffic.reverseOctets), .count(traffic.packets), .count(traffic.reversePackets),
            .integer(Int64(traffic.connections)),
        ]
    }

    private func members(_ traffic: Traffic) -> [(String, JSONValue)] {
        zip(Self.measured.map(FlowSchema.name(of:)) + ["connections"], measures(traffic)).map { ($0, .plain($1)) }
    }

    private var table: ResultTable {
        let ends = map.grouping.dimensions.prefix(2).flatMap(\.columns)
        var table = ResultTable(columns: ends + Self.measured.map(FlowSchema.name(of:)) + ["connections", "deniedConnections"])
        table.rows = result.edges.map { $0.source + $0.destination + measures($0.traffic) + [.integer(Int64($0.denied))] }
        table.isTruncated = result.otherEdges > 0
        return table
    }

    private var text: TextTable {
        func right(_ title: String, _ rank: Int) -> TextTable.Column { TextTable.Column(title: title, alignment: .right, rank: rank) }
        var text = TextTable(columns: [
            TextTable.Column(title: "SOURCE \(map.end.title)"), TextTable.Column(title: "DESTINATION \(map.end.title)"), right("OCTETS", 0),
            right("REVERSE", 1),
            right("PACKETS", 4), right("REVERSE", 4), right("CONNECTIONS", 3), right("DENIED", 2),
        ])
        func cells(_ traffic: Traffic) -> [String] {
            [
                numbers.octets(traffic.octets), numbers.octets(traffic.reverseOctets), numbers.count(traffic.packets),
                numbers.count(traffic.reversePackets), numbers.count(UInt64(traffic.connections)),
            ]
        }
        for edge in result.edges {
            text.rows.append(
                [map.end.text(edge.source, numbers), map.end.text(edge.destination, numbers)] + cells(edge.traffic) + [
                    numbers.count(UInt64(edge.denied))
                ])
        }
        if let others = result.others { text.summary.append(["(\(plural(result.otherEdges, "other")))", ""] + cells(others) + [""]) }
        text.summary.append(["(total)", ""] + cells(result.totals) + [""])
        return text
    }
}
