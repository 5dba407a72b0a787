// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

// What a stored connection says of itself beside its counts. A fact that its own side certainly told must be there; one that may have been
// told or not may be missing, but never be another.
extension Judge {
    mutating func judgeFacts(_ flow: FlowRecord, of truth: TrueConnection, certain: [MeteredNote], delivered: [MeteredNote]) {
        let source = certain.contains { $0.side != .destination }, destination = certain.contains { $0.side != .source }
        let isClientKnown = isClientKnown(flow, truth)
        // An exporter that was started again, or hears of a connection with a poll, does not know a pod that is gone, and takes it for one of another
        // node; and to an endpoint's node the node that passed a client on is the client.
        let isTypeKnown =
            truth.type == .intraNode
            ? restartedNodes.isEmpty && !scenario.nodes.contains(where: \.isUserspace) || certain.contains { $0.side == .both }
            : !truth.isPassedOn(in: scenario) || source
        if truth.isPassedOn(in: scenario), source, flow[address: .sourceIPAddress] != truth.sourceAddress {
            complain(truth, "is of \(flow[address: .sourceIPAddress].map { "\($0)" } ?? "nobody"), and was of \(truth.sourceAddress)")
        }
        if isTypeKnown, isClientKnown { expect(flow, .flowType, UInt64(truth.type.rawValue), of: truth, isCertain: !certain.isEmpty) }
        judgeEnd(flow, truth.source, .sourcePodName, .sourcePodNamespace, .sourceNodeName, of: truth, isCertain: source)
        judgeEnd(
            flow, truth.destination, .destinationPodName, .destinationPodNamespace, .destinationNodeName, of: truth, isCertain: destination)
        judgeVerdict(flow, truth, source: source, destination: destination, isRefusalCertain: certain.contains(where: \.isDenied))
        if isClientKnown { judgeService(flow, truth, source: source, destination: destination) }
        if isTypeKnown, isClientKnown { judgeObservation(flow, truth, certain: certain, delivered: delivered) }
        if certain.contains(where: \.isEnd) { expect(flow, .flowEndReason, 3, of: truth, isCertain: true) }
    }

    private var restartedNodes: Set<Int> {
        var nodes: Set<Int> = []
        for case .exporterRestart(let node, _, _) in scenario.faults.map(\.fault) { nodes.insert(node) }
        return nodes
    }

    /// The host's own entry tells who is behind a translated connection. Where word of that entry is lost, the node is taken for the client.
    private func isClientKnown(_ flow: FlowRecord, _ truth: TrueConnection) -> Bool {
        guard let node = truth.ingress, flow[address: .sourceIPAddress] == scenario.nodes[node].gateway else { return true }
        return !truth.isPassedOn(in: scenario) && !ledger.incompleteNodes.contains(node)
    }

    private mutating func judgeEnd(
        _ flow: FlowRecord, _ place: TrueConnection.Place, _ name: FlowField, _ namespace: FlowField, _ node: FlowField,
        of truth: TrueConnection,
        isCertain: Bool
    ) {
        guard case .pod(let index) = place else {
            for field in [name, namespace, node] { expect(flow, field, nil as String?, of: truth, isCertain: true) }
            return
        }
        let pod = scenario.pods[index]
        let said = flow[name: name].map { aggregator.names.text(of: $0) }
        // Only its own node knows for sure, if it saw the pod come and go; without its word, and without the cluster's, another owner of the
        // address may be meant.
        let isSure = isCertain && !restartedNodes.contains(pod.node)
        let candidates = isSure ? owners(of: pod, when: truth) : scenario.pods.filter { $0.v4 == pod.v4 }
        if said == nil, !isSure { return }
        guard let one = candidates.first(where: { $0.name == said }) else {
            complain(truth, "\(FlowSchema.name(of: name)) is \(said ?? "unknown"), and was \(pod.name)")
            return
        }
        expect(flow, namespace, one.namespace, of: truth, isCertain: isCertain)
        expect(flow, node, scenario.nodes[one.node].name, of: truth, isCertain: isCertain)
    }

    /// Whom the node of a pod may take for the owner of its address. Where the switch tells no starts a connection seems to begin with the poll that
    /// shows it first, and may be told of whoever has the address then.
    private func owners(of pod: Scenario.Pod, when truth: TrueConnection) -> [Scenario.Pod] {
        guard scenario.nodes[pod.node].isUserspace else { return [pod] }
        let (first, last) = (truth.begins, truth.begins + .seconds(11))
        return scenario.pods.filter { $0.v4 == pod.v4 && $0.from <= last && $0.to ?? last >= first }
    }

    private mutating func judgeVerdict(_ flow: FlowRecord, _ truth: TrueConnection, source: Bool, destination: Bool, isRefusalCertain: Bool)
    {
        var egress: (action: UInt64, policy: String)?, ingress: (action: UInt64, policy: String)?
        let isFromPod = truth.node(of: truth.source, in: scenario) != nil, isToPod = truth.node(of: truth.destination, in: scenario) != nil
        switch truth.verdict {
        case .none: break
        case .allowed:
            if isFromPod { egress = (1, "allow-out") }
            if isToPod { ingress = (1, "allow-in") }
        case .egressDrop: egress = (2, "deny-out")
        case .egressReject: egress = (3, "deny-out")
        case .ingressDrop, .ingressReject:
            if isFromPod { egress = (1, "allow-out") }
            ingress = (truth.verdict == .ingressDrop ? 2 : 3, "deny-in")
        }
        let isEgressCertain = truth.verdict.isDeniedAtSource ? isRefusalCertain : source
        let isIngressCertain = truth.verdict.isDenied && !truth.verdict.isDeniedAtSource ? isRefusalCertain : destination
        expect(flow, .egressNetworkPolicyRuleAction, egress?.action, of: truth, isCertain: isEgressCertain)
        expect(flow, .egressNetworkPolicyName, egress?.policy, of: truth, isCertain: isEgressCertain)
        expect(flow, .ingressNetworkPolicyRuleAction, ingress?.action, of: truth, isCertain: isIngressCertain)
        expect(flow, .ingressNetworkPolicyName, ingress?.policy, of: truth, isCertain: isIngressCertain)
    }

    private mutating func judgeService(_ flow: FlowRecord, _ truth: TrueConnection, source: Bool, destination: Bool) {
        var address: IPAddress?, port: UInt64?
        if let node = truth.ingress {
            (address, port) = (scenario.nodes[node].address, 30_080)
        } else if let service = truth.service.map({ scenario.services[$0] }) {
            (address, port) = (service.address, UInt64(service.port))
            expect(flow, .destinationServicePortName, service.name, of: truth, isCertain: source)
        }
        let isCertain = truth.isTranslated && !truth.isPassedOn(in: scenario) ? destination : source
        expect(flow, .destinationServicePort, port, of: truth, isCertain: isCertain)
        let said = flow[address: .destinationServiceIP]
        if said != address, isCertain || said != nil {
            complain(truth, "destinationServiceIP is \(said.map { "\($0)" } ?? "unknown"), and was \(address.map { "\($0)" } ?? "none")")
        }
    }

    private mutating func judgeObservation(_ flow: FlowRecord, _ truth: TrueConnection, certain: [MeteredNote], delivered: [MeteredNote]) {
        func hasSide(_ notes: [MeteredNote], _ side: TrueConnection.Side) -> Bool { notes.contains { $0.side == side } }
        var allowed: Set<UInt64> = []
        let isWhole = hasSide(delivered, .source) && hasSide(delivered, .destination) || delivered.contains(where: \.isDenied)
        let isCertainlyWhole = hasSide(certain, .source) && hasSide(certain, .destination) || certain.contains(where: \.isDenied)
        let hasTwoHalves = truth.hasTwoHalves(in: scenario)
        if !hasTwoHalves || isWhole { allowed.insert(1) }
        if hasTwoHalves, !isCertainlyWhole {
            if hasSide(delivered, .source) { allowed.insert(2) }
            if hasSide(delivered, .destination) { allowed.insert(3) }
        }
        // Who passed a client on and does not know its pod, because it was started again, seems to have passed it on to another node.
        if truth.isTranslated, !hasTwoHalves, hasSide(delivered, .source) { allowed.insert(2) }
        guard let said = flow[unsigned: .observation], allowed.contains(said) else {
            complain(
                truth, "observation is \(flow[unsigned: .observation].map(String.init) ?? "unknown"), and should be \(allowed.sorted())")
            return
        }
    }

    private mutating func expect(_ flow: FlowRecord, _ field: FlowField, _ expected: UInt64?, of truth: TrueConnection, isCertain: Bool) {
        let said = flow[unsigned: field]
        if said == expected || said == nil && !isCertain { return }
        complain(
            truth, "\(FlowSchema.name(of: field)) is \(said.map(String.init) ?? "unknown"), and was \(expected.map(String.init) ?? "none")")
    }

    private mutating func expect(_ flow: FlowRecord, _ field: FlowField, _ expected: String?, of truth: TrueConnection, isCertain: Bool) {
        let said = flow[name: field].map { aggregator.names.text(of: $0) }
        if said == expected || said == nil && !isCertain { return }
        complain(truth, "\(FlowSchema.name(of: field)) is \(said ?? "unknown"), and was \(expected ?? "none")")
    }
}
