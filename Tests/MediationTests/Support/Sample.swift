// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX

/// A record of the connection 10.10.1.2:40000 → 10.10.2.3:8080 as one of its nodes sends it.
struct Sample: Sendable {
    enum Side: Sendable, CaseIterable { case source, destination, both }

    var side: Side
    var start = 0.0
    var end: Double
    /// From source to destination since the beginning; twice as many in the other direction, a hundredth of it packets.
    var octets: UInt64
    var hasEnded = false
    var type: FlowType? = .interNode
    var source = IPAddress.client
    var destination = IPAddress.server
    var port: UInt64 = 40_000
    var sourcePod: String? = "client"
    var destinationPod: String? = "web"
    /// What else the record says.
    var change: @Sendable (inout FlowRecord, inout NameTable) -> Void = { _, _ in }

    init(_ side: Side, start: Double = 0, end: Double, octets: UInt64, hasEnded: Bool = false, type: FlowType? = .interNode) {
        self.side = side
        self.start = start
        self.end = end
        self.octets = octets
        self.hasEnded = hasEnded
        self.type = type
    }

    func with(_ change: (inout Sample) -> Void) -> Sample {
        var other = self
        change(&other)
        return other
    }

    func saying(_ change: @escaping @Sendable (inout FlowRecord, inout NameTable) -> Void) -> Sample {
        with {
            let before = $0.change
            $0.change = { flow, names in
                before(&flow, &names)
                change(&flow, &names)
            }
        }
    }

    func record(_ names: inout NameTable) -> FlowRecord {
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = source
        flow[address: .destinationIPAddress] = destination
        flow[unsigned: .sourceTransportPort] = port
        flow[unsigned: .destinationTransportPort] = 8080
        flow[unsigned: .protocolIdentifier] = 6
        flow[time: .flowStartMilliseconds] = .at(start)
        flow[time: .flowEndMilliseconds] = .at(end)
        flow[unsigned: .flowEndReason] = UInt64((hasEnded ? FlowEndReason.endOfFlow : .activeTimeout).rawValue)
        for counter in FlowCounter.allCases { flow[unsigned: counter.total(.common)] = Self.total(counter, octets: octets) }
        flow[unsigned: .flowType] = type.map { UInt64($0.rawValue) }
        if side != .destination, let sourcePod {
            flow[name: .sourcePodName] = names.id(of: sourcePod)
            flow[name: .sourcePodNamespace] = names.id(of: "lab")
            flow[name: .sourceNodeName] = names.id(of: "node1")
        }
        if side != .source, let destinationPod {
            flow[name: .destinationPodName] = names.id(of: destinationPod)
            flow[name: .destinationPodNamespace] = names.id(of: "shop")
            flow[name: .destinationNodeName] = names.id(of: side == .both ? "node1" : "node2")
        }
        change(&flow, &names)
        return flow
    }

    static func total(_ counter: FlowCounter, octets: UInt64) -> UInt64 {
        switch counter {
        case .octets: octets
        case .packets: octets / 100
        case .reverseOctets: octets * 2
        case .reversePackets: octets / 50
        }
    }
}

extension FlowRecord {
    mutating func setVerdict(_ action: UInt64, policy: String, isIngress: Bool, _ names: inout NameTable) {
        self[unsigned: isIngress ? .ingressNetworkPolicyRuleAction : .egressNetworkPolicyRuleAction] = action
        self[name: isIngress ? .ingressNetworkPolicyName : .egressNetworkPolicyName] = names.id(of: policy)
    }

    mutating func forgetCounters() {
        for counter in FlowCounter.allCases { forget(counter.total(.common)) }
    }
}
