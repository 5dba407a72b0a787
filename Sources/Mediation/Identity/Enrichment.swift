// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Adds to a record what its exporters could not know: the pod at the other end, the Service's name, labels (RFC 6183 §5.3.2).
struct Enrichment: Sendable {
    private(set) var pods = PodIndex()
    private(set) var services = ServiceIndex()

    mutating func update(_ objects: ClusterObjects, names: inout NameTable) {
        for pod in objects.pods {
            let owner = PodIndex.Owner(
                name: names.id(of: pod.name), namespace: names.id(of: pod.namespace), node: pod.nodeName.map { names.id(of: $0) },
                labels: names.id(of: pod.labels))
            for address in pod.addresses { pods.assign(address, to: owner, from: pod.created) }
        }
        for service in objects.services {
            let name = names.id(of: service.portName)
            for address in service.addresses {
                services.insert(name, address: address, port: service.port, protocolIdentifier: service.protocolIdentifier)
            }
        }
    }

    /// An exporter is the authority for the pods of its node: what a record says of them holds for other records too.
    mutating func learn(from flow: FlowRecord) {
        guard let start = flow[time: .flowStartMilliseconds] else { return }
        for end in EndFields.both {
            guard let address = flow[address: end.address], let name = flow[name: end.pod], let namespace = flow[name: end.namespace],
                let node = flow[name: end.node]
            else { continue }
            pods.assign(address, to: PodIndex.Owner(name: name, namespace: namespace, node: node), from: start)
        }
    }

    /// Fills what is missing; true when anything was.
    func complete(_ flow: inout FlowRecord) -> Bool {
        let start = flow[time: .flowStartMilliseconds] ?? Timestamp(milliseconds: 0)
        var changed = false
        for end in EndFields.both {
            guard let address = flow[address: end.address], let owner = pods.owner(of: address, at: start) else { continue }
            // Where an exporter named its pod otherwise, the owner known here is another pod: nothing of it belongs to this flow.
            guard flow[name: end.pod] ?? owner.name == owner.name, flow[name: end.namespace] ?? owner.namespace == owner.namespace else {
                continue
            }
            changed = flow.fill(end.pod, with: owner.name) || changed
            changed = flow.fill(end.namespace, with: owner.namespace) || changed
            changed = flow.fill(end.node, with: owner.node) || changed
            changed = flow.fill(end.labels, with: owner.labels) || changed
        }
        return completeService(&flow) || changed
    }

    private func completeService(_ flow: inout FlowRecord) -> Bool {
        guard let address = flow[address: .destinationServiceIP], let port = flow[unsigned: .destinationServicePort],
            let protocolIdentifier = flow[unsigned: .protocolIdentifier]
        else { return false }
        let name = services.name(
            address: address, port: UInt16(truncatingIfNeeded: port), protocolIdentifier: UInt8(truncatingIfNeeded: protocolIdentifier))
        return flow.fill(.destinationServicePortName, with: name)
    }
}

/// The fields that say who is at one end of a connection.
private struct EndFields {
    let address, pod, namespace, node, labels: FlowField

    static let both = [
        EndFields(
            address: .sourceIPAddress, pod: .sourcePodName, namespace: .sourcePodNamespace, node: .sourceNodeName,
            labels: .sourcePodLabels),
        EndFields(
            address: .destinationIPAddress, pod: .destinationPodName, namespace: .destinationPodNamespace, node: .destinationNodeName,
            labels: .destinationPodLabels),
    ]
}

extension FlowRecord {
    /// Sets a name that is not known yet; true when it did.
    fileprivate mutating func fill(_ field: FlowField, with name: NameID?) -> Bool {
        guard let name, !isKnown(field) else { return false }
        self[name: field] = name
        return true
    }
}
