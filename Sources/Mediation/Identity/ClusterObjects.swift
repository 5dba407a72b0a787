// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What the cluster says of its pods, Services and nodes, wherever it was read.
public struct ClusterObjects: Sendable, Hashable {
    public var pods: [ClusterPod]
    public var services: [ClusterService]
    public var nodes: [ClusterNode]

    public init(pods: [ClusterPod] = [], services: [ClusterService] = [], nodes: [ClusterNode] = []) {
        self.pods = pods
        self.services = services
        self.nodes = nodes
    }
}

/// What flow records need of a pod (Kubernetes API, core/v1).
public struct ClusterPod: Sendable, Hashable {
    public var name: String
    public var namespace: String
    /// Another one means another pod, though the name be the same; empty where it is not known.
    public var uid: String
    public var nodeName: String?
    /// JSON object text, keys sorted; `{}` for none.
    public var labels: String
    public var workload: ClusterWorkload?
    /// Of both families. Those of its node, for a pod on the host's network; none before the pod has its network.
    public var addresses: [IPAddress]
    /// Nil for a pod with a network of its own, else the ports of its node that are the pod's.
    public var hostPorts: [HostPort]?
    /// When the pod was created, or better when its network was made: no later than when it got its addresses.
    public var created: Timestamp
    /// When all its containers had ended: the addresses are free from then on, though the object stays. Nil while it runs.
    public var ended: Timestamp?

    public struct HostPort: Sendable, Hashable {
        public var port: UInt16
        public var protocolIdentifier: UInt8

        public init(port: UInt16, protocolIdentifier: UInt8) {
            self.port = port
            self.protocolIdentifier = protocolIdentifier
        }
    }

    public init(
        name: String, namespace: String, uid: String = "", nodeName: String?, labels: String, workload: ClusterWorkload? = nil,
        addresses: [IPAddress], hostPorts: [HostPort]? = nil, created: Timestamp, ended: Timestamp? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.nodeName = nodeName
        self.labels = labels
        self.workload = workload
        self.addresses = addresses
        self.hostPorts = hostPorts
        self.created = created
        self.ended = ended
    }
}

/// What people deployed and a pod is one of: a Deployment, StatefulSet, DaemonSet, CronJob, Job …
public struct ClusterWorkload: Sendable, Hashable {
    /// As the API writes it: `Deployment`.
    public var kind: String
    public var name: String

    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }
}

public struct ClusterService: Sendable, Hashable {
    public var name: String
    public var namespace: String
    /// Every address that leads to it: of the cluster, external, of load balancers. None for a headless Service.
    public var addresses: [IPAddress]
    public var ports: [Port]
    public var created: Timestamp

    public struct Port: Sendable, Hashable {
        public var name: String?
        public var port: UInt16
        /// On every address of every node.
        public var nodePort: UInt16?
        public var protocolIdentifier: UInt8

        public init(name: String? = nil, port: UInt16, nodePort: UInt16? = nil, protocolIdentifier: UInt8) {
            self.name = name
            self.port = port
            self.nodePort = nodePort
            self.protocolIdentifier = protocolIdentifier
        }
    }

    public init(
        name: String, namespace: String, addresses: [IPAddress], ports: [Port], created: Timestamp = Timestamp(milliseconds: 0)
    ) {
        self.name = name
        self.namespace = namespace
        self.addresses = addresses
        self.ports = ports
        self.created = created
    }

    /// `namespace/name:port`, or `namespace/name` where the port has no name.
    public func portName(of port: Port) -> String { "\(namespace)/\(name)\(port.name.map { ":\($0)" } ?? "")" }
}

public struct ClusterNode: Sendable, Hashable {
    public var name: String
    /// Inside and outside the cluster.
    public var addresses: [IPAddress]

    public init(name: String, addresses: [IPAddress]) {
        self.name = name
        self.addresses = addresses
    }
}
