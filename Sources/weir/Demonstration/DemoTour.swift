// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What the demonstration shows: each step a sentence, a command that the user could type, and its real answer.
struct DemoTour {
    let files: DemoFiles

    func walk() {
        say("What ran")
        say("  weir-aggregator collected IPFIX on loopback and stored flows in SQLite; two weir-exporters, node1 and node2, replayed what")
        say("  they once observed on a lab of two real Open vSwitch nodes, its times moved to now. No root, no switch.")
        show("Top talkers", ["top", "--by", "sourcePodName", "--last", "10m"])
        show("One inter-node connection, as both nodes saw it: two halves, joined", ["sql", Self.bothSides])
        show("A connection that policy denied, with the rule that did it", ["sql", Self.denied])
        say("\nThe store: \(files.store)\nThree commands to try next:")
        for arguments in [
            ["top", "--by", "pair", "--last", "10m"], ["flows", "--last", "10m", "--limit", "5"],
            ["sql", "SELECT * FROM exporters"],
        ] {
            say("  " + commandLine(arguments))
        }
    }

    private static let bothSides =
        "SELECT sourcePodName, sourceNodeName, destinationPodName, destinationNodeName, octetTotalCountFromSourceNode AS sourceSaw, "
        + "octetTotalCountFromDestinationNode AS destinationSaw FROM flows WHERE flowType = 2 ORDER BY octetTotalCount DESC LIMIT 1"
    private static let denied =
        "SELECT sourcePodName, destinationPodName, destinationTransportPort AS port, coalesce(ingressNetworkPolicyName, "
        + "egressNetworkPolicyName) AS policy, CASE 3 WHEN ingressNetworkPolicyRuleAction THEN 'reject' WHEN egressNetworkPolicyRuleAction "
        + "THEN 'reject' ELSE 'drop' END AS verdict FROM connections WHERE ingressNetworkPolicyRuleAction IN (2, 3) OR "
        + "egressNetworkPolicyRuleAction IN (2, 3) ORDER BY ingressNetworkPolicyRuleAction DESC LIMIT 1"

    private func show(_ title: String, _ arguments: [String]) {
        say("\n\(title)\n  $ \(commandLine(arguments))")
        let output = "\(files.folder)/answer.txt"
        guard
            let child = try? ChildProcess(
                files.weir, arguments + ["--store", files.store], log: "\(files.folder)/weir.log", output: output),
            child.wait(atMost: .seconds(10)) == 0, let answer = try? TextFile.read(output)
        else {
            say("  (no answer; see \(files.folder)/weir.log)")
            return
        }
        for line in answer.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty { say("  \(line)") }
    }

    private func commandLine(_ arguments: [String]) -> String {
        let words = arguments.map { $0.contains(" ") || $0.contains("*") ? "\"\($0)\"" : $0 }
        return "weir \(words.joined(separator: " ")) --store \(files.store)"
    }

    private func say(_ text: String) { Output.write(Array((text + "\n").utf8), to: STDOUT_FILENO) }
}
