// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Metering

/// Finds the connection that a record is of.
struct Identities {
    /// What a record calls a connection.
    struct Tuple: Hashable {
        let source: IPAddress?, destination: IPAddress?
        let sourcePort: UInt64?, destinationPort: UInt64?
        let protocolIdentifier: UInt64?

        init(_ flow: FlowRecord) {
            source = flow[address: .sourceIPAddress]
            destination = flow[address: .destinationIPAddress]
            sourcePort = flow[unsigned: .sourceTransportPort]
            destinationPort = flow[unsigned: .destinationTransportPort]
            protocolIdentifier = flow[unsigned: .protocolIdentifier]
        }

        fileprivate init(_ truth: TrueConnection, from source: IPAddress, _ sourcePort: UInt16) {
            self.source = source
            destination = truth.destinationAddress
            self.sourcePort = UInt64(truth.icmp?.identifier ?? sourcePort)
            destinationPort = UInt64(truth.destinationPort)
            protocolIdentifier = UInt64(truth.protocolIdentifier)
        }
    }

    private let scenario: Scenario
    private var connections: [Tuple: [TrueConnection]] = [:]

    init(_ scenario: Scenario) {
        self.scenario = scenario
        for truth in scenario.connections {
            connections[Tuple(truth, from: truth.sourceAddress, truth.sourcePort), default: []].append(truth)
            guard let node = truth.ingress else { continue }
            let inside = Tuple(truth, from: scenario.nodes[node].gateway, truth.translatedPort)
            connections[inside, default: []].append(truth)
        }
    }

    /// What is known of a record that a node made.
    func note(of flow: FlowRecord, _ names: borrowing NameTable, node: Int, skew: Duration) -> MeteredNote {
        let start = flow[time: .flowStartMilliseconds] ?? Timestamp(milliseconds: 0)
        let truth = connections[Tuple(flow)]?.min { distance($0, node, start - skew) < distance($1, node, start - skew) }
        let ingress = flow[unsigned: .ingressNetworkPolicyRuleAction] ?? 0, egress = flow[unsigned: .egressNetworkPolicyRuleAction] ?? 0
        return MeteredNote(
            connection: truth?.number, side: side(told: flow),
            totals: FlowCounter.allCases.map { flow[unsigned: $0.total(.common)] }, start: start,
            age: (flow[time: .flowEndMilliseconds] ?? start) - start,
            isEnd: flow[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue), isDenied: ingress > 1 || egress > 1)
    }

    private func distance(_ truth: TrueConnection, _ node: Int, _ start: Timestamp) -> Duration {
        let expected = truth.firstSight(of: side(of: truth, at: node))
        return max(start, expected) - min(start, expected)
    }

    /// A node names the pods that it has; one that was started again does not know those that are gone.
    private func side(told flow: FlowRecord) -> TrueConnection.Side {
        switch (flow.isKnown(.sourcePodName), flow.isKnown(.destinationPodName)) {
        case (true, false): .source
        case (false, true): .destination
        // Who passes a client on has neither.
        case (false, false) where flow.isKnown(.proxySnatIP): .source
        default: .both
        }
    }

    private func side(of truth: TrueConnection, at node: Int) -> TrueConnection.Side {
        let destination = truth.node(of: truth.destination, in: scenario)
        let source = truth.node(of: truth.source, in: scenario) ?? (truth.isPassedOn(in: scenario) ? truth.ingress : nil)
        return source == destination ? .both : source == node ? .source : .destination
    }

    func text(of truth: TrueConnection) -> String {
        "#\(truth.number) \(text(of: truth.source)) → \(text(of: truth.destination)) (\(truth.type.name), \(truth.verdict.rawValue), port \(truth.icmp?.identifier ?? truth.sourcePort))"
    }

    private func text(of place: TrueConnection.Place) -> String {
        switch place {
        case .pod(let index): scenario.pods[index].name
        case .external(let address): "\(address)"
        }
    }

    func text(of interval: FlowInterval, _ names: borrowing NameTable) -> String {
        let flow = interval.record
        let numbers = connections[Tuple(flow)]?.map { "#\($0.number)" }.joined(separator: " or ") ?? "?"
        let source = flow[name: .sourcePodName].map { names.text(of: $0) } ?? "\(flow[address: .sourceIPAddress].map { "\($0)" } ?? "?")"
        let destination =
            flow[name: .destinationPodName].map { names.text(of: $0) } ?? "\(flow[address: .destinationIPAddress].map { "\($0)" } ?? "?")"
        return "\(interval.hasInterval ? "interval" : "amendment") of \(interval.connection) (\(numbers)) \(source) → \(destination), "
            + "octets \(flow[unsigned: .octetDeltaCount].map(String.init) ?? "-") of \(flow[unsigned: .octetTotalCount].map(String.init) ?? "-"), "
            + "observation \(flow[unsigned: .observation] ?? 0), up to \(flow[time: .flowEndMilliseconds].map { "\($0)" } ?? "?")"
    }
}

extension TrueConnection {
    /// The port that its node gave a connection from outside.
    var translatedPort: UInt16 { 60_000 - (sourcePort - 20_000) }

    /// The client's port, given that or the translated one.
    static func ownPort(of port: UInt16) -> UInt16 { port > 40_000 ? 20_000 + (60_000 - port) : port }
}
