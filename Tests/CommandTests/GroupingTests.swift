// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import IPFIX
import Testing

@testable import weir

/// What `--by` asks the store for, and how its answers are named.
@Suite struct GroupingTests {
    private static let groupings: [(by: String, key: GroupKey, columns: [String])] = [
        (
            "namespace", GroupKey([part(.sourcePodNamespace, .destinationPodNamespace)], isTurned: true), ["podNamespace"]
        ),
        (
            "pod",
            GroupKey([part(.sourcePodNamespace, .destinationPodNamespace), part(.sourcePodName, .destinationPodName)], isTurned: true),
            ["podNamespace", "podName"]
        ),
        ("source pod", GroupKey([.sourcePodNamespace, .sourcePodName]), ["sourcePodNamespace", "sourcePodName"]),
        ("dst ip", GroupKey([.destinationIPAddress]), ["destinationIPAddress"]),
        (
            "policy",
            GroupKey([
                part(.egressNetworkPolicyNamespace, .ingressNetworkPolicyNamespace),
                part(.egressNetworkPolicyName, .ingressNetworkPolicyName),
            ]), ["networkPolicyNamespace", "networkPolicyName"]
        ),
        (
            "dst subnet/48", GroupKey([GroupKey.Part(.subnet(of: .destinationIPAddress, v4: 24, v6: 48))]), ["destinationSubnet"]
        ),
        (
            "source workload",
            GroupKey([GroupKey.Part(.field(.sourcePodNamespace)), GroupKey.Part(.workload(name: .sourceWorkloadName, pod: .sourcePodName))]
            ),
            ["sourcePodNamespace", "sourceWorkloadName"]
        ),
        (
            "proto,port", GroupKey([.protocolIdentifier, .destinationTransportPort, .protocolIdentifier]),
            [
                "protocolIdentifier", "destinationTransportPort", "protocolIdentifier",
            ]
        ),
    ]

    private static func part(_ source: FlowField, _ destination: FlowField) -> GroupKey.Part {
        GroupKey.Part(.field(source), counterpart: .field(destination))
    }

    @Test("words and fields become the values that flows are told apart by", arguments: groupings)
    func key(by: String, key: GroupKey, columns: [String]) throws {
        let grouping = try Grouping(by)
        #expect(grouping.key == key && grouping.columns == columns && !grouping.isTooLong)
    }

    @Test("more values than the store can group by are too long")
    func tooLong() throws {
        #expect(try !Grouping("pod,pod,pod,pod").isTooLong && Grouping("pod,pod,pod,pod,port").isTooLong)
    }

    @Test("steps of a course are whole minutes and hours where the range is long enough")
    func courseSteps() {
        func step(_ seconds: Int64) -> Int64 { TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: seconds)).courseStep }
        #expect([10, 60, 600, 3600, 86_400, 7 * 86_400, 60 * 86_400].map(step) == [1, 3, 25, 180, 3600, 25_200, 259_200])
    }

    @Test("numbers become blocks, the largest the tallest")
    func sparkline() {
        #expect(Sparkline.text([0, 1, 50, 100, nil], isUnicode: true) == " ▁▄█ ")
        #expect(Sparkline.text([0, 1, 50, 100, nil], isUnicode: false) == " .=@ ")
        #expect(Sparkline.text([0, nil], isUnicode: true) == "  ")
        #expect(
            Sparkline.bar(50, of: 100, width: 5, isUnicode: true) == "██▌" && Sparkline.bar(1, of: .max, width: 5, isUnicode: false) == "#")
    }

    @Test("steps begin at whole multiples of their length")
    func steps() {
        let range = TimeRange(from: Timestamp(seconds: 59), to: Timestamp(seconds: 181))
        #expect(range.steps(of: .seconds(60)).map(\.from.seconds) == [59, 60, 120, 180])
        #expect(range.steps(of: .seconds(60)).last?.to == range.to)
        #expect(TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 3600)).roundStep == .seconds(300))
        #expect(TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 10)).roundStep == .seconds(1))
    }
}
