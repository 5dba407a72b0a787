// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
internal import Mediation

/// Of a pod's `spec` and `status`.
struct PodFields {
    private var nodeName: String?
    private var isHostNetwork = false
    private var ports: [ClusterPod.HostPort] = []
    private var phase: String?
    private var address: IPAddress?
    private var addresses: [IPAddress] = []
    private var started: Timestamp?
    private var networkReady: Timestamp?
    private var firstContainerStart: Timestamp?
    private var lastContainerEnd: Timestamp?
    private var hasRestarted = false

    /// A pod that has no address yet; nothing can be said of it.
    var isWithoutAddress: Bool { address == nil && addresses.isEmpty }

    /// - Parameter now: when it was read.
    func pod(_ object: ObjectFields, at now: Timestamp) -> ClusterPod? {
        guard let name = object.name, let namespace = object.namespace, !isWithoutAddress else { return nil }
        let labels = object.labels.sorted { $0.0 < $1.0 }
        let began = beginning ?? object.created ?? Timestamp(milliseconds: 0)
        return ClusterPod(
            name: name, namespace: namespace, uid: object.uid ?? "", nodeName: nodeName, labels: JSONText.object(labels),
            workload: object.controller.flatMap { ClusterWorkload(controller: $0, labels: labels) },
            addresses: addresses.isEmpty ? [address].compactMap { $0 } : addresses, hostPorts: isHostNetwork ? ports : nil,
            created: began, ended: isOver ? max(lastContainerEnd ?? now, began) : nil)
    }

    private var isOver: Bool { phase == "Succeeded" || phase == "Failed" }

    /// Close before the pod had its network. Containers start after it; the kubelet notes that it is there (since Kubernetes 1.29) when it
    /// comes to that. After a restart their present start says nothing.
    private var beginning: Timestamp? {
        guard let container = firstContainerStart, !hasRestarted else { return networkReady ?? started }
        return networkReady.map { min($0, container) } ?? container
    }

    mutating func readSpecification(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch name {
        case "nodeName": nodeName = try reader.text()
        case "hostNetwork": isHostNetwork = try reader.text() == "true"
        case "containers", "initContainers":
            try reader.elements { reader throws(JSONReader.Malformed) in
                try reader.members { name, reader throws(JSONReader.Malformed) in
                    if name == "ports" { try reader.elements { reader throws(JSONReader.Malformed) in try readPort(&reader) } }
                }
            }
        default: break
        }
    }

    private mutating func readPort(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        var hostPort: UInt16?
        var containerPort: UInt16?
        var transport: UInt8? = 6
        try reader.members { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "hostPort": hostPort = try reader.text().flatMap { UInt16($0) }
            case "containerPort": containerPort = try reader.text().flatMap { UInt16($0) }
            case "protocol": transport = try reader.text().flatMap { TransportProtocols.identifier(of: $0) }
            default: break
            }
        }
        if let port = hostPort ?? containerPort, let transport {
            ports.append(ClusterPod.HostPort(port: port, protocolIdentifier: transport))
        }
    }

    mutating func readStatus(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch name {
        case "phase": phase = try reader.text()
        case "podIP": address = try reader.text().flatMap { IPAddress($0) }
        case "podIPs": addresses = try reader.addresses("ip")
        case "startTime": started = try reader.text().flatMap { Timestamp(rfc3339: $0) }
        case "conditions": try reader.elements { reader throws(JSONReader.Malformed) in try readCondition(&reader) }
        case "containerStatuses", "initContainerStatuses":
            try reader.elements { reader throws(JSONReader.Malformed) in
                try reader.members { name, reader throws(JSONReader.Malformed) in
                    if name == "restartCount", try reader.text() != "0" { hasRestarted = true }
                    if name == "state" { try readState(&reader) }
                }
            }
        default: break
        }
    }

    private mutating func readCondition(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        var type: String?
        var status: String?
        var time: Timestamp?
        try reader.members { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "type": type = try reader.text()
            case "status": status = try reader.text()
            case "lastTransitionTime": time = try reader.text().flatMap { Timestamp(rfc3339: $0) }
            default: break
            }
        }
        if type == "PodReadyToStartContainers", status == "True" { networkReady = time }
    }

    /// `running` or `terminated`, with their times.
    private mutating func readState(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        try reader.members { _, reader throws(JSONReader.Malformed) in
            try reader.members { name, reader throws(JSONReader.Malformed) in
                guard name == "startedAt" || name == "finishedAt", let time = try reader.text().flatMap({ Timestamp(rfc3339: $0) }) else {
                    return
                }
                if name == "startedAt" {
                    firstContainerStart = min(firstContainerStart ?? time, time)
                } else {
                    lastContainerEnd = max(lastContainerEnd ?? time, time)
                }
            }
        }
    }
}

/// As the API names protocols.
enum TransportProtocols {
    /// IANA protocol number; nil for a name that the API does not have.
    static func identifier(of name: String) -> UInt8? {
        switch name {
        case "TCP": 6
        case "UDP": 17
        case "SCTP": 132
        default: nil
        }
    }
}
