// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// A bug of the mediator that is pretended to be there, to see that the simulation would find it.
public enum PlantedFault: String, Sendable, CaseIterable {
    /// Every seventh interval is not stored.
    case lostInterval = "lost-interval"
    /// Every seventh interval is stored twice.
    case doubledInterval = "doubled-interval"
    /// The growth is counted from the connection's beginning.
    case totalForDelta = "total-for-delta"
    /// What the source's node counted is taken for what the destination's did.
    case swappedSides = "swapped-sides"
    /// The destination's pod is that of the source.
    case wrongPod = "wrong-pod"
    case forgottenVerdict = "forgotten-verdict"
    /// Every interval is another connection.
    case anotherConnection = "another-connection"
    case halfForWhole = "half-for-whole"

    /// What is stored in place of an interval.
    func change(_ interval: FlowInterval, _ count: inout Int) -> [FlowInterval]? {
        count += 1
        switch self {
        case .lostInterval: return count % 7 == 0 ? nil : [interval]
        case .doubledInterval: return count % 7 == 0 ? [interval, interval] : [interval]
        case .totalForDelta:
            return [
                interval.with { flow in
                    for counter in FlowCounter.allCases { flow[unsigned: counter.delta(.common)] = flow[unsigned: counter.total(.common)] }
                }
            ]
        case .swappedSides:
            return [
                interval.with { flow in
                    for counter in FlowCounter.allCases {
                        let source = flow[unsigned: counter.delta(.sourceNode)]
                        flow[unsigned: counter.delta(.sourceNode)] = flow[unsigned: counter.delta(.destinationNode)]
                        flow[unsigned: counter.delta(.destinationNode)] = source
                    }
                }
            ]
        case .wrongPod: return [interval.with { $0[name: .destinationPodName] = $0[name: .sourcePodName] }]
        case .forgottenVerdict:
            return [
                interval.with { flow in
                    flow[unsigned: .ingressNetworkPolicyRuleAction] = nil
                    flow[unsigned: .egressNetworkPolicyRuleAction] = nil
                }
            ]
        case .anotherConnection: return [interval.with(connection: interval.connection * 1000 + Int64(count % 1000)) { _ in }]
        case .halfForWhole: return [interval.with { $0[unsigned: .observation] = 1 }]
        }
    }
}

extension FlowInterval {
    fileprivate func with(connection: Int64? = nil, _ change: (inout FlowRecord) -> Void) -> FlowInterval {
        var flow = record
        change(&flow)
        return FlowInterval(
            connection: connection ?? self.connection, record: flow, isConnectionChanged: isConnectionChanged, hasInterval: hasInterval,
            starts: starts, previousEnd: previousEnd)
    }
}
