// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What the cluster says of its pods and Services, wherever it was read.
public struct ClusterObjects: Sendable, Hashable {
    public var pods: [ClusterPod]
    public var services: [ClusterService]

    public init(pods: [ClusterPod] = [], services: [ClusterService] = []) {
        self.pods = pods
        self.services = services
    }
}

public struct ClusterPod: Sendable, Hashable {
    public var name: String
    public var namespace: String
    public var nodeName: String?
    /// JSON object text, keys sorted; `{}` for none.
    public var labels: String
    public var addresses: [IPAddress]
    /// When the pod was created, which is no later than when it got its addresses.
    public var created: Timestamp

    public init(name: String, namespace: String, nodeName: String?, labels: String, addresses: [IPAddress], created: Timestamp) {
        self.name = name
        self.namespace = namespace
        self.nodeName = nodeName
        self.labels = labels
        self.addresses = addresses
        self.created = created
    }
}

/// One port of a Service on every address it has.
public struct ClusterService: Sendable, Hashable {
    /// `namespace/name:port`, or `namespace/name` where the port has no name.
    public var portName: String
    public var addresses: [IPAddress]
    public var port: UInt16
    public var protocolIdentifier: UInt8

    public init(portName: String, addresses: [IPAddress], port: UInt16, protocolIdentifier: UInt8) {
        self.portName = portName
        self.addresses = addresses
        self.port = port
        self.protocolIdentifier = protocolIdentifier
    }
}
