// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// The cluster as it is told, change by change: which objects there are, and to whom addresses belonged when.
struct ClusterIndex: Sendable {
    private(set) var pods = PodIndex()
    private(set) var services = ServiceIndex()
    private(set) var nodes: [IPAddress: NameID] = [:]

    /// An object by its namespace and name, which is what the API knows it by.
    private struct ObjectName: Hashable {
        let namespace, name: NameID
    }

    private struct KnownPod {
        var owner: PodIndex.Owner
        var uid: String
        var addresses: [IPAddress]
        var hostPorts: [TransportAddress]
        var generation: UInt32
    }

    private struct KnownService {
        var places: [(place: TransportAddress, name: NameID)]
        var nodePorts: [(port: UInt16, protocolIdentifier: UInt8, name: NameID)]
        var generation: UInt32
    }

    private struct KnownNode {
        var addresses: [IPAddress]
        var generation: UInt32
    }

    private var knownPods: [ObjectName: KnownPod] = [:]
    private var knownServices: [ObjectName: KnownService] = [:]
    private var knownNodes: [NameID: KnownNode] = [:]
    /// How often an object had a name for which the table of names had no room.
    private var unnamed: UInt64 = 0
    /// How often a list of each kind has begun.
    private var generations: [ClusterKind: UInt32] = [:]

    /// Objects kept of each kind; one more is used, but that it goes is not noticed.
    private static let capacity = 1 << 18

    /// An exporter is the authority for the pods of its node: what a record says of them holds for other records too.
    mutating func observe(_ address: IPAddress, of owner: PodIndex.Owner, at time: Timestamp) {
        pods.observe(address, of: owner, at: time)
    }

    /// Whether anything is known of pods: without the cluster's word there is nothing to hold an exporter's to.
    var hasPods: Bool { !knownPods.isEmpty }

    /// Whether the cluster began a pod later than a time for which an exporter names it: an exporter that was started again does not know
    /// who had the address before.
    func contradicts(_ address: IPAddress, of owner: PodIndex.Owner, at time: Timestamp) -> Bool {
        pods.isTooEarly(owner, of: address, at: time)
    }

    var statistics: IdentityStatistics {
        IdentityStatistics(
            pods: knownPods.count, services: knownServices.count, nodes: knownNodes.count, addresses: pods.addressCount,
            evicted: pods.evicted, refused: pods.refused + services.refused, unnamed: unnamed)
    }

    mutating func apply(_ change: ClusterChange, names: inout NameTable) {
        switch change {
        case .listing(let kind): generations[kind, default: 0] &+= 1
        case .objects(let objects, let time):
            for pod in objects.pods { update(pod, at: time, names: &names) }
            for service in objects.services { update(service, at: time, names: &names) }
            for node in objects.nodes { update(node, names: &names) }
        case .removed(let kind, let namespace, let name, let time):
            remove(kind, ObjectName(namespace: names.id(of: namespace), name: names.id(of: name)), at: time)
        case .listed(let kind, let time): sweep(kind, at: time)
        }
    }

    private mutating func sweep(_ kind: ClusterKind, at time: Timestamp) {
        let generation = generation(of: kind)
        let gone: [ObjectName] =
            switch kind {
            case .pods: knownPods.filter { $0.value.generation != generation }.map(\.key)
            case .services: knownServices.filter { $0.value.generation != generation }.map(\.key)
            case .nodes: knownNodes.filter { $0.value.generation != generation }.map { ObjectName(namespace: $0.key, name: $0.key) }
            }
        for object in gone { remove(kind, object, at: time) }
    }

    private mutating func remove(_ kind: ClusterKind, _ object: ObjectName, at time: Timestamp) {
        switch kind {
        case .pods: if let pod = knownPods.removeValue(forKey: object) { release(pod, at: time) }
        case .services: if let service = knownServices.removeValue(forKey: object) { release(service, at: time) }
        case .nodes: if let node = knownNodes.removeValue(forKey: object.name) { forget(node, named: object.name) }
        }
    }

    private func generation(of kind: ClusterKind) -> UInt32 { generations[kind] ?? 0 }
}

extension ClusterIndex {
    private mutating func update(_ pod: ClusterPod, at time: Timestamp, names: inout NameTable) {
        let owner = PodIndex.Owner(
            name: names.id(of: pod.name), namespace: names.id(of: pod.namespace), node: pod.nodeName.map { names.id(of: $0) },
            labels: names.known(pod.labels), workloadKind: pod.workload.flatMap { names.known($0.kind) },
            workloadName: pod.workload.flatMap { names.known($0.name) })
        // Names beyond what the table holds are all one: nobody would be told from another.
        guard owner.name != .tooMany, owner.namespace != .tooMany else {
            unnamed += 1
            return
        }
        let object = ObjectName(namespace: owner.namespace, name: owner.name)
        let hostPorts = pod.hostPorts.map { ports in
            pod.addresses.flatMap { address in
                ports.map { TransportAddress(address: address, port: $0.port, protocolIdentifier: $0.protocolIdentifier) }
            }
        }
        let new = KnownPod(
            owner: owner, uid: pod.uid, addresses: hostPorts == nil ? pod.addresses : [], hostPorts: hostPorts ?? [],
            generation: generation(of: .pods))
        if let old = knownPods[object] {
            // A name that is another pod's now says that the pod before has gone, if only that was not heard.
            let isAnother = old.uid != new.uid
            for address in old.addresses where isAnother || !new.addresses.contains(address) {
                pods.release(address, of: old.owner, at: time)
            }
            for place in old.hostPorts where isAnother || !new.hostPorts.contains(place) { pods.release(place, of: old.owner, at: time) }
        }
        for address in new.addresses { pods.assign(address, to: owner, from: pod.created, knownBy: time) }
        for place in new.hostPorts { pods.assign(place, to: owner, from: pod.created, knownBy: time) }
        guard let ended = pod.ended else {
            if knownPods[object] != nil || knownPods.count < Self.capacity { knownPods[object] = new }
            return
        }
        release(new, at: ended)
        knownPods[object] = nil
    }

    private mutating func release(_ pod: KnownPod, at time: Timestamp) {
        for address in pod.addresses { pods.release(address, of: pod.owner, at: time) }
        for place in pod.hostPorts { pods.release(place, of: pod.owner, at: time) }
    }

    private mutating func update(_ service: ClusterService, at time: Timestamp, names: inout NameTable) {
        let object = ObjectName(namespace: names.id(of: service.namespace), name: names.id(of: service.name))
        guard object.name != .tooMany, object.namespace != .tooMany else {
            unnamed += 1
            return
        }
        var new = KnownService(places: [], nodePorts: [], generation: generation(of: .services))
        for port in service.ports {
            guard let name = names.known(service.portName(of: port)) else { continue }
            for address in service.addresses {
                let place = TransportAddress(address: address, port: port.port, protocolIdentifier: port.protocolIdentifier)
                new.places.append((place, name))
            }
            if let nodePort = port.nodePort { new.nodePorts.append((nodePort, port.protocolIdentifier, name)) }
        }
        if let old = knownServices[object] {
            for old in old.places where !new.places.contains(where: { $0 == old }) { services.release(old.place, of: old.name, at: time) }
            for old in old.nodePorts where !new.nodePorts.contains(where: { $0 == old }) {
                services.release(nodePort: old.port, old.protocolIdentifier, of: old.name, at: time)
            }
        }
        for new in new.places { services.assign(new.place, to: new.name, from: service.created, knownBy: time) }
        for new in new.nodePorts {
            services.assign(nodePort: new.port, new.protocolIdentifier, to: new.name, from: service.created, knownBy: time)
        }
        if knownServices[object] != nil || knownServices.count < Self.capacity { knownServices[object] = new }
    }

    private mutating func release(_ service: KnownService, at time: Timestamp) {
        for old in service.places { services.release(old.place, of: old.name, at: time) }
        for old in service.nodePorts { services.release(nodePort: old.port, old.protocolIdentifier, of: old.name, at: time) }
    }

    private mutating func update(_ node: ClusterNode, names: inout NameTable) {
        guard let name = names.known(node.name) else {
            unnamed += 1
            return
        }
        if let old = knownNodes[name] { forget(old, named: name) }
        guard knownNodes[name] != nil || knownNodes.count < Self.capacity else { return }
        knownNodes[name] = KnownNode(addresses: node.addresses, generation: generation(of: .nodes))
        for address in node.addresses { nodes[address] = name }
    }

    private mutating func forget(_ node: KnownNode, named name: NameID) {
        for address in node.addresses where nodes[address] == name { nodes[address] = nil }
    }
}

extension NameTable {
    /// The id of a text; nil when there is no room for it.
    fileprivate mutating func known(_ text: String) -> NameID? {
        let id = id(of: text)
        return id == .tooMany ? nil : id
    }
}
