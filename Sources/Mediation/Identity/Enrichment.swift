// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Adds to a record what its exporters could not know: the pod at the other end, the Service's name, labels, workloads (RFC 6183 §5.3.2).
struct Enrichment: Sendable {
    private var cluster = ClusterIndex()

    var identity: IdentityStatistics { cluster.statistics }

    /// Whether the cluster tells of its pods.
    var hasPods: Bool { cluster.hasPods }

    /// What is found again each time that a record needs it, rather than kept with the connection.
    static let lookedUp: [FlowField] = EndFields.both.flatMap { [$0.labels, $0.workloadKind, $0.workloadName] }

    mutating func apply(_ change: ClusterChange, names: inout NameTable) {
        cluster.apply(change, names: &names)
    }

    /// An exporter is the authority for the pods of its node: what a record says of them holds for other records too.
    mutating func learn(from flow: FlowRecord) {
        guard let start = flow[time: .flowStartMilliseconds] else { return }
        for end in EndFields.both {
            guard let address = flow[address: end.address], let name = flow[name: end.pod], let namespace = flow[name: end.namespace],
                let node = flow[name: end.node], name != .tooMany, namespace != .tooMany
            else { continue }
            cluster.observe(address, of: PodIndex.Owner(name: name, namespace: namespace, node: node), at: start)
        }
    }

    /// Takes away the pods that an exporter names and that the cluster had not begun yet: the exporter does not know who was there before.
    ///
    /// - Returns: how many there were.
    func removeContradicted(from flow: inout FlowRecord) -> UInt64 {
        guard cluster.hasPods, let start = flow[time: .flowStartMilliseconds] else { return 0 }
        var removed: UInt64 = 0
        for end in EndFields.both {
            guard let address = flow[address: end.address], let name = flow[name: end.pod], let namespace = flow[name: end.namespace],
                cluster.contradicts(address, of: PodIndex.Owner(name: name, namespace: namespace, node: nil), at: start)
            else { continue }
            for field in [end.pod, end.namespace, end.labels] { flow.forget(field) }
            removed += 1
        }
        return removed
    }

    /// The addresses of a record that lack what the cluster may tell yet: the labels of pods, the names of Services.
    func addressesLacking(in flow: FlowRecord) -> [IPAddress] {
        guard cluster.hasPods else { return [] }
        let type = flow[unsigned: .flowType].flatMap { UInt8(exactly: $0) }.flatMap { FlowType(rawValue: $0) }
        var lacking: [IPAddress] = []
        for (end, outside) in zip(EndFields.both, [FlowType.fromExternal, .toExternal]) where !flow.isKnown(end.labels) {
            if flow.isKnown(end.pod) || type != outside, let address = flow[address: end.address] { lacking.append(address) }
        }
        if !flow.isKnown(.destinationServicePortName), let service = flow[address: .destinationServiceIP] { lacking.append(service) }
        return lacking
    }

    /// Fills what is missing; true when anything was.
    func complete(_ flow: inout FlowRecord) -> Bool {
        let start = flow[time: .flowStartMilliseconds] ?? Timestamp(milliseconds: 0)
        let protocolIdentifier = flow[unsigned: .protocolIdentifier].map { UInt8(truncatingIfNeeded: $0) }
        var changed = false
        for end in EndFields.both {
            guard let address = flow[address: end.address] else { continue }
            let place = place(address, flow[unsigned: end.port], protocolIdentifier)
            if let owner = cluster.pods.owner(of: address, at: start) ?? place.flatMap({ cluster.pods.owner(of: $0, at: start) }) {
                changed = flow.fill(end, with: owner) || changed
            } else if !flow.isKnown(end.pod) {
                changed = flow.fill(end.node, with: cluster.nodes[address]) || changed
            }
        }
        return completeService(&flow, protocolIdentifier, at: start) || changed
    }

    private func completeService(_ flow: inout FlowRecord, _ protocolIdentifier: UInt8?, at start: Timestamp) -> Bool {
        guard let address = flow[address: .destinationServiceIP],
            let place = place(address, flow[unsigned: .destinationServicePort], protocolIdentifier)
        else { return false }
        return flow.fill(
            .destinationServicePortName, with: cluster.services.name(of: place, isNode: cluster.nodes[address] != nil, at: start))
    }

    private func place(_ address: IPAddress, _ port: UInt64?, _ protocolIdentifier: UInt8?) -> TransportAddress? {
        guard let port = port.flatMap({ UInt16(exactly: $0) }), let protocolIdentifier else { return nil }
        return TransportAddress(address: address, port: port, protocolIdentifier: protocolIdentifier)
    }
}

/// The fields that say who is at one end of a connection.
private struct EndFields {
    let address, port, pod, namespace, node, labels, workloadKind, workloadName: FlowField

    static let both = [
        EndFields(
            address: .sourceIPAddress, port: .sourceTransportPort, pod: .sourcePodName, namespace: .sourcePodNamespace,
            node: .sourceNodeName, labels: .sourcePodLabels, workloadKind: .sourceWorkloadKind, workloadName: .sourceWorkloadName),
        EndFields(
            address: .destinationIPAddress, port: .destinationTransportPort, pod: .destinationPodName,
            namespace: .destinationPodNamespace, node: .destinationNodeName, labels: .destinationPodLabels,
            workloadKind: .destinationWorkloadKind, workloadName: .destinationWorkloadName),
    ]
}

extension FlowRecord {
    fileprivate mutating func fill(_ end: EndFields, with owner: PodIndex.Owner) -> Bool {
        // Where an exporter named its pod otherwise, the owner known here is another pod: nothing of it belongs to this flow.
        guard self[name: end.pod] ?? owner.name == owner.name, self[name: end.namespace] ?? owner.namespace == owner.namespace else {
            return false
        }
        var changed = fill(end.pod, with: owner.name)
        changed = fill(end.namespace, with: owner.namespace) || changed
        changed = fill(end.node, with: owner.node) || changed
        changed = fill(end.labels, with: owner.labels) || changed
        changed = fill(end.workloadKind, with: owner.workloadKind) || changed
        return fill(end.workloadName, with: owner.workloadName) || changed
    }

    /// Sets a name that is not known yet; true when it did.
    fileprivate mutating func fill(_ field: FlowField, with name: NameID?) -> Bool {
        guard let name, !isKnown(field) else { return false }
        self[name: field] = name
        return true
    }
}
