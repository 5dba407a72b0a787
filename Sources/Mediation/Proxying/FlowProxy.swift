// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// An Intermediate Process without state (RFC 6183 §5.3.2): it completes each record on its own, and says where it came from.
///
/// Names come from the cluster alone, not from other records, so that any number of proxies beside each other say the same.
public struct FlowProxy: Sendable {
    public private(set) var statistics = ProxyStatistics()

    private var enrichment = Enrichment()
    private let clusterID: NameID?

    /// - Parameter clusterID: what `clusterId` says of records that do not say it; nil leaves it unknown.
    public init(clusterID: String?, names: inout NameTable) {
        self.clusterID = clusterID.map { names.id(of: $0) }
    }

    /// What is known of who is who.
    public var identity: IdentityStatistics { enrichment.identity }

    public mutating func apply(_ change: ClusterChange, names: inout NameTable) {
        enrichment.apply(change, names: &names)
    }

    /// Completes a record.
    ///
    /// - Parameter exporter: the address that it came from.
    /// - Returns: its origin; nil for a record that cannot be passed on, as its ends are not addresses of one family.
    public mutating func complete(_ flow: inout FlowRecord, from exporter: IPAddress?, domain: UInt32) -> FlowOrigin? {
        statistics.received += 1
        guard let source = flow[address: .sourceIPAddress], let destination = flow[address: .destinationIPAddress],
            source.family == destination.family
        else {
            statistics.refused += 1
            return nil
        }
        statistics.completed += 1
        // Before anything is added: who names a pod is its node.
        let direction = flow.direction
        flow.completeTwins()
        _ = enrichment.complete(&flow)
        if !flow.isKnown(.clusterId) { flow[name: .clusterId] = clusterID }
        return FlowOrigin(exporter: exporter, observationDomainID: domain, direction: direction)
    }
}

extension FlowRecord {
    /// As the reference concludes it; where the exporter does not know the type, by whose pod it names.
    fileprivate var direction: FlowDirection {
        let type = self[unsigned: .flowType].flatMap { UInt8(exactly: $0) }.flatMap { FlowType(rawValue: $0) }
        switch (isKnown(.sourcePodName), isKnown(.destinationPodName), type) {
        case (true, false, .interNode), (true, _, .toExternal), (true, false, nil): return .egress
        case (false, true, .interNode), (_, true, .fromExternal), (false, true, nil): return .ingress
        default: return .unknown
        }
    }

    /// What two elements say alike: one of them may be missing.
    fileprivate mutating func completeTwins() {
        for (milliseconds, seconds) in [
            (FlowField.flowStartMilliseconds, FlowField.flowStartSeconds), (.flowEndMilliseconds, .flowEndSeconds),
        ] {
            if let time = self[time: milliseconds], !isKnown(seconds) { self[unsigned: seconds] = UInt64(clamping: time.seconds) }
            if let time = self[unsigned: seconds], !isKnown(milliseconds) {
                self[time: milliseconds] = Timestamp(seconds: Int64(clamping: min(time, UInt64(UInt32.max))))
            }
        }
        if !isKnown(.destinationServiceIP) { self[address: .destinationServiceIP] = self[address: .destinationClusterIP] }
        if !isKnown(.destinationClusterIP) { self[address: .destinationClusterIP] = self[address: .destinationServiceIP] }
    }
}
