// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering
internal import OpenVSwitch

/// Entries of flow and port statistics: an octet that tells the version and the kind, then the entries of one reply.
///
/// Whatever they are, reading them twice is no growth beyond what is read the second time.
enum SwitchStatisticsTarget {
    static func run(_ octets: [UInt8]) {
        guard let first = octets.first else { return }
        let version = OpenFlowVersion.allCases[Int(first >> 1) % OpenFlowVersion.allCases.count]
        let entries = Array(octets.dropFirst())
        if first & 1 == 0 { flows(entries, version) } else { ports(entries, version) }
    }

    private static func flows(_ entries: [UInt8], _ version: OpenFlowVersion) {
        var counts: [RuleCount] = []
        let policy = PolicyFlows(cookie: 0, cookieMask: 0), cookies = PolicyFlows(cookie: 0, cookieMask: 0, layout: .cookie)
        try? FlowStatisticsDecoder(version: version).decode(entries.span) { flow in
            _ = flow.directionCount
            let isRefused = cookies.count(of: flow)?.rule.action == .drop
            precondition(!isRefused || flow.endsPacket, "a flow that takes packets on refuses them")
            if let count = policy.count(of: flow) { counts.append(count) }
        }
        var meter = RuleMeter(nodeName: "", capacity: 64)
        for second in [0, 60] as [Int64] {
            for statistics in meter.observe(counts, at: Timestamp(seconds: second)) {
                precondition(statistics.growth == RuleCounters() || second > 0, "the first reading has grown")
            }
        }
    }

    private static func ports(_ entries: [UInt8], _ version: OpenFlowVersion) {
        var counts: [PortCount] = []
        try? PortStatisticsDecoder(version: version).decode(entries.span) { counts.append($0) }
        let known = counts.map { SwitchPort(number: $0.number, interface: "\($0.number)", pod: nil) }
        var meter = PortMeter(nodeName: "", capacity: 64)
        for second in [0, 60] as [Int64] { _ = meter.observe(counts, ports: known, at: Timestamp(seconds: second)) }
    }
}
