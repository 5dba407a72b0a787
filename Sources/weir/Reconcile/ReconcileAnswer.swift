// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir reconcile`.
struct ReconcileAnswer {
    let reconciliation: Reconciliation
    let range: TimeRange
    let limit: Int?
    let numbers: NumberStyle

    private var pods: ArraySlice<Reconciliation.Pod> { reconciliation.pods.prefix(limit ?? .max) }

    var answer: Answer {
        var answer = Answer(command: "reconcile", table: table, text: text)
        answer.range = range
        let total = sides(reconciliation.pods)
        answer.sums = [
            (
                "totals",
                .object(
                    [("pods", .number(reconciliation.pods.count))]
                        + zip(Self.columns, cells(total.sent) + cells(total.received)).map { ($0, .plain($1)) })
            )
        ]
        let shown = pods.count < reconciliation.pods.count ? "the first \(pods.count) of " : ""
        let unread = reconciliation.pods.count { $0.sent.port == nil }
        answer.remarks = [
            "\(shown)\(plural(reconciliation.pods.count, "pod")) \(range.text)" + (unread > 0 ? "; nobody read the ports of \(unread)" : "")
        ]
        return answer
    }

    private static let columns = [
        "octetsSentByFlows", "octetsSentByPort", "unexplainedOctetsSent", "octetsReceivedByFlows", "octetsReceivedByPort",
        "unexplainedOctetsReceived",
    ]

    private func cells(_ side: Reconciliation.Side) -> [ResultValue] {
        [.count(side.flows), .count(side.portIP), side.rest.map(ResultValue.integer) ?? .null]
    }

    private var table: ResultTable {
        var table = ResultTable(columns: ["podNamespace", "podName", "nodeName"] + Self.columns)
        table.rows = pods.map { $0.key + [$0.node] + cells($0.sent) + cells($0.received) }
        table.isTruncated = pods.count < reconciliation.pods.count
        return table
    }

    /// Of pods that both counted; others would make the difference.
    private func sides(_ pods: [Reconciliation.Pod]) -> (sent: Reconciliation.Side, received: Reconciliation.Side) {
        var total = (sent: Reconciliation.Side(), received: Reconciliation.Side())
        func add(_ side: Reconciliation.Side, to sum: inout Reconciliation.Side) {
            guard side.port != nil else { return }
            sum.flows = (sum.flows ?? 0) &+ (side.flows ?? 0)
            sum.port = (sum.port ?? 0) &+ (side.port ?? 0)
            sum.portPackets = (sum.portPackets ?? 0) &+ (side.portPackets ?? 0)
        }
        for pod in pods {
            add(pod.sent, to: &total.sent)
            add(pod.received, to: &total.received)
        }
        return total
    }

    private var text: TextTable {
        func right(_ titles: String..., rank: Int) -> [TextTable.Column] {
            titles.map { TextTable.Column(title: $0, alignment: .right, rank: rank) }
        }
        var text = TextTable(
            columns: [TextTable.Column(title: "POD"), TextTable.Column(title: "NODE", rank: 3)]
                + right("SENT BY FLOWS", rank: 1) + right("BY PORT", rank: 2) + right("REST", rank: 0) + right("%", rank: 4)
                + right("RECEIVED BY FLOWS", rank: 1) + right("BY PORT", rank: 2) + right("REST", rank: 0) + right("%", rank: 4))
        text.rows = pods.map { [FlowColumn.podName($0.key), $0.node.text ?? "-"] + words($0.sent) + words($0.received) }
        let total = sides(reconciliation.pods)
        text.summary = [["(total)", ""] + words(total.sent) + words(total.received)]
        return text
    }

    private func words(_ side: Reconciliation.Side) -> [String] {
        let rest = side.rest.map { ($0 < 0 ? "-" : "") + numbers.octets($0.magnitude) } ?? "-"
        let percent = NumberStyle.percent(side.rest?.magnitude, of: side.portIP).map(oneDecimal) ?? "-"
        return [numbers.octets(side.flows), numbers.octets(side.portIP), rest, percent]
    }
}
