// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Makes flow records of connections: what this node can say of each.
struct FlowRecordBuilder {
    let nodeName: NameID
    let podNetworks: [IPPrefix]
    let gateways: Set<IPAddress>
    let rules: PolicyRules
    let services: [ServicePort: NameID]
    /// By raw value of the state.
    let tcpStates: [NameID]

    /// - Parameter client: who began the connection, if its source is not who it seems.
    func record(of metered: MeteredConnection, _ report: Reporting.Report, client: ExternalClient?) -> FlowRecord {
        let connection = metered.connection
        var flow = FlowRecord()
        setKey(connection.original, answeredBy: connection.reply, connection.protocolIdentifier, in: &flow)
        setTimes(start: metered.start, end: max(connection.stop ?? metered.lastSeen, metered.start), reason: report.reason, in: &flow)
        setCounters(connection.counters, since: report.reported, in: &flow)
        setEnds(source: metered.sourcePod, destination: metered.destinationPod, in: &flow)
        setTranslations(connection, in: &flow)
        if let client { setClient(client, of: connection, in: &flow) }
        setService(in: &flow)
        if let state = connection.tcpState { flow[name: .tcpState] = tcpStates[Int(state.rawValue)] }
        setRule(connection.label.ingressRule, .ingress, .allow, at: metered.start, in: &flow)
        setRule(connection.label.egressRule, .egress, .allow, at: metered.start, in: &flow)
        return flow
    }

    func record(
        of entry: DeniedStore.Entry, source: MeteredConnection.PodReference?, destination: MeteredConnection.PodReference?
    ) -> FlowRecord {
        let denied = entry.first
        var flow = FlowRecord()
        let reply = Connection.Tuple(
            source: denied.tuple.destination, destination: denied.tuple.source, sourcePort: denied.tuple.destinationPort)
        setKey(denied.tuple, answeredBy: reply, denied.protocolIdentifier, in: &flow)
        setTimes(start: denied.time, end: entry.last, reason: .endOfFlow, in: &flow)
        setCounters(
            Connection.Counters(packets: entry.packets, octets: entry.octets),
            since: Connection.Counters(packets: entry.reportedPackets, octets: entry.reportedOctets), in: &flow)
        setEnds(source: source, destination: destination, in: &flow)
        if let service = denied.originalDestination {
            flow[address: .destinationServiceIP] = service
            flow[address: .destinationClusterIP] = service
            flow[unsigned: .destinationServicePort] = denied.originalDestinationPort.map(UInt64.init)
        }
        setService(in: &flow)
        setRule(denied.label.egressRule, .egress, .allow, at: denied.time, in: &flow)
        setRule(denied.label.ingressRule, .ingress, .allow, at: denied.time, in: &flow)
        setVerdict(of: denied, in: &flow)
        return flow
    }

    private func setKey(
        _ original: Connection.Tuple, answeredBy reply: Connection.Tuple, _ protocolIdentifier: UInt8, in flow: inout FlowRecord
    ) {
        flow[address: .sourceIPAddress] = original.source
        flow[address: .destinationIPAddress] = reply.source
        flow[unsigned: .protocolIdentifier] = UInt64(protocolIdentifier)
        // ICMP has no ports. Its identifier takes the source's place, so that two exchanges between two hosts are two flows.
        flow[unsigned: .sourceTransportPort] = UInt64(original.icmp?.identifier ?? original.sourcePort)
        flow[unsigned: .destinationTransportPort] = original.icmp == nil ? UInt64(reply.sourcePort) : 0
        flow[unsigned: .icmpTypeCode] = original.icmp.map { UInt64($0.type) << 8 | UInt64($0.code) }
    }

    private func setTimes(start: Timestamp, end: Timestamp, reason: FlowEndReason, in flow: inout FlowRecord) {
        flow[time: .flowStartMilliseconds] = start
        flow[time: .flowEndMilliseconds] = end
        flow[unsigned: .flowStartSeconds] = UInt64(clamping: start.seconds)
        flow[unsigned: .flowEndSeconds] = UInt64(clamping: end.seconds)
        flow[unsigned: .flowEndReason] = UInt64(reason.rawValue)
    }

    private func setCounters(_ counters: Connection.Counters?, since reported: Connection.Counters, in flow: inout FlowRecord) {
        guard let counters else { return }
        for counter in FlowCounter.allCases {
            let total = counters[counter]
            flow[unsigned: counter.total(.common)] = total
            flow[unsigned: counter.delta(.common)] = total - min(total, reported[counter])
        }
    }

    private func setEnds(source: MeteredConnection.PodReference?, destination: MeteredConnection.PodReference?, in flow: inout FlowRecord) {
        if let source {
            flow[name: .sourcePodName] = source.name
            flow[name: .sourcePodNamespace] = source.namespace
            flow[name: .sourceNodeName] = nodeName
        }
        if let destination {
            flow[name: .destinationPodName] = destination.name
            flow[name: .destinationPodNamespace] = destination.namespace
            flow[name: .destinationNodeName] = nodeName
        }
        flow[unsigned: .flowType] = type(of: flow, isSourceLocal: source != nil, isDestinationLocal: destination != nil)
            .map { UInt64($0.rawValue) }
    }

    private func type(of flow: FlowRecord, isSourceLocal: Bool, isDestinationLocal: Bool) -> FlowType? {
        if isSourceLocal, isDestinationLocal { return .intraNode }
        guard !podNetworks.isEmpty else { return nil }
        if isSourceLocal { return isPod(flow[address: .destinationIPAddress]) ? .interNode : .toExternal }
        if isDestinationLocal { return isInside(flow[address: .sourceIPAddress]) ? .interNode : .fromExternal }
        return nil
    }

    /// A gateway that sends to a pod stands for a client from outside, whom another node has the other half of.
    private func isInside(_ address: IPAddress?) -> Bool {
        isPod(address) || address.map(gateways.contains) ?? false
    }

    private func isPod(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        return podNetworks.contains { $0.contains(address) }
    }

    private func setTranslations(_ connection: Connection, in flow: inout FlowRecord) {
        let original = connection.original, reply = connection.reply
        if original.destination != reply.source || original.destinationPort != reply.sourcePort, original.icmp == nil {
            flow[address: .destinationServiceIP] = original.destination
            flow[address: .destinationClusterIP] = original.destination
            flow[unsigned: .destinationServicePort] = UInt64(original.destinationPort)
        }
        if reply.destination != original.source {
            flow[address: .proxySnatIP] = reply.destination
            if original.icmp == nil { flow[unsigned: .proxySnatPort] = UInt64(reply.destinationPort) }
        }
    }

    /// The client takes the place of the address that stood for it; what it was translated to is the proxy's.
    private func setClient(_ client: ExternalClient, of connection: Connection, in flow: inout FlowRecord) {
        let source = connection.original.source
        flow[address: .sourceIPAddress] = client.address
        flow[unsigned: .sourceTransportPort] = UInt64(client.port)
        if source != client.address {
            flow[address: .proxySnatIP] = source
            flow[unsigned: .proxySnatPort] = UInt64(connection.original.sourcePort)
        }
        flow[address: .destinationServiceIP] = client.destination
        flow[address: .destinationClusterIP] = client.destination
        flow[unsigned: .destinationServicePort] = UInt64(client.destinationPort)
        flow[unsigned: .flowType] = UInt64(FlowType.fromExternal.rawValue)
    }

    private func setService(in flow: inout FlowRecord) {
        guard !services.isEmpty, let address = flow[address: .destinationServiceIP],
            let port = flow[unsigned: .destinationServicePort], let protocolIdentifier = flow[unsigned: .protocolIdentifier]
        else { return }
        let service = ServicePort(
            address: address, port: UInt16(truncatingIfNeeded: port), protocolIdentifier: UInt8(truncatingIfNeeded: protocolIdentifier))
        flow[name: .destinationServicePortName] = services[service]
    }

    private func setVerdict(of denied: DeniedConnection, in flow: inout FlowRecord) {
        let known = denied.rule.flatMap { rules.rule($0, at: denied.time)?.direction }
        let told: PolicyRule.Direction? = denied.direction.map { $0 == .ingress ? .ingress : .egress }
        // Without either, the side that reports decides: egress rules are enforced where the source is.
        let direction = known ?? told ?? (flow.isKnown(.sourcePodName) ? .egress : .ingress)
        let action: RuleAction = denied.action == .drop ? .drop : .reject
        // A rule that admitted this direction before is not the one that refused.
        let fields = PolicyFields.of(direction)
        for field in [fields.policy, fields.namespace, fields.type, fields.rule] { flow.forget(field) }
        setRule(denied.rule ?? 0, direction, action, at: denied.time, in: &flow)
        flow[unsigned: fields.action] = UInt64(action.rawValue)
    }

    private func setRule(
        _ id: UInt32, _ direction: PolicyRule.Direction, _ action: RuleAction, at time: Timestamp, in flow: inout FlowRecord
    ) {
        guard id != 0 else { return }
        let fields = PolicyFields.of(direction)
        flow[unsigned: fields.action] = UInt64(action.rawValue)
        guard let rule = rules.rule(id, at: time) else { return }
        flow[name: fields.policy] = rule.policy
        flow[name: fields.namespace] = rule.namespace
        flow[unsigned: fields.type] = UInt64(rule.type.rawValue)
        flow[name: fields.rule] = rule.name
    }
}

/// The five fields of a verdict, in one direction.
private struct PolicyFields {
    let policy, namespace, type, rule, action: FlowField

    static func of(_ direction: PolicyRule.Direction) -> PolicyFields {
        switch direction {
        case .ingress:
            PolicyFields(
                policy: .ingressNetworkPolicyName, namespace: .ingressNetworkPolicyNamespace, type: .ingressNetworkPolicyType,
                rule: .ingressNetworkPolicyRuleName, action: .ingressNetworkPolicyRuleAction)
        case .egress:
            PolicyFields(
                policy: .egressNetworkPolicyName, namespace: .egressNetworkPolicyNamespace, type: .egressNetworkPolicyType,
                rule: .egressNetworkPolicyRuleName, action: .egressNetworkPolicyRuleAction)
        }
    }
}

extension Connection.Counters {
    subscript(counter: FlowCounter) -> UInt64 {
        switch counter {
        case .packets: packets
        case .octets: octets
        case .reversePackets: reversePackets
        case .reverseOctets: reverseOctets
        }
    }
}
