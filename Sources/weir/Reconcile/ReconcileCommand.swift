// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir reconcile`
struct ReconcileCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Octets by flows against octets by the switch's ports, pod by pod.",
        discussion: """
            Flows count IP packets, a port counts frames: 14 octets of each are the
            Ethernet header, and are taken off first. What then differs is the rest:
            traffic that is not tracked (ARP, some ICMP), packets that were dropped,
            intervals of flows that end later than the port was read, or flows that
            are missing. The most unexplained octets come first.

            Examples:
              weir reconcile --last 1h
              weir reconcile --last 1d --limit 0 -o csv
              weir reconcile --last 1h --exact

            A pod's ports are read where exporters read port statistics. "-" says
            that nobody counted.
            """)

    @OptionGroup var limit: LimitOption
    @OptionGroup var time: TimeOptions
    @OptionGroup var strictness: StrictOption
    @OptionGroup var asked: SourceOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func run() throws {
        let range = try time.range(now: Environment.now)
        let source = try asked.source()
        let reconciliation = try Reconciliation(in: range, from: source)
        var answer = ReconcileAnswer(
            reconciliation: reconciliation, range: range, limit: limit.rows(or: 20), numbers: output.numbers
        ).answer
        let completeness = try source.completeness(in: range, answeredBy: .day)
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: reconciliation.halves)
        try answer.write(output)
        try strictness.judge(completeness)
    }
}
