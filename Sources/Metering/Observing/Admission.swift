// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Which connections are metered as far as they say so themselves: zone, protocol, networks, gateway, mark.
struct Admission: Sendable {
    enum Refusal: Sendable {
        case otherZone, correlated, otherProtocol, otherNetwork, toGateway, notAccepted, notLocal
    }

    private let zones: Set<UInt16>
    private let protocols: Set<UInt8>?
    private let networks, excludedNetworks: [IPPrefix]
    private let gateways: Set<IPAddress>
    private let markMask: UInt32
    private let isZoneZeroCorrelated: Bool

    init(_ configuration: MeteringConfiguration) {
        zones = configuration.zones
        protocols = configuration.protocols
        networks = configuration.networks
        excludedNetworks = configuration.excludedNetworks
        gateways = configuration.gateways
        markMask = configuration.acceptedMarkMask
        isZoneZeroCorrelated = configuration.recoversExternalClients && !zones.isEmpty && !zones.contains(0)
    }

    /// Nil for a connection that is metered. The first reason counts.
    func refusal(of connection: Connection) -> Refusal? {
        if !zones.isEmpty, !zones.contains(connection.zone) {
            return connection.zone == 0 && isZoneZeroCorrelated ? .correlated : .otherZone
        }
        if markMask != 0, connection.mark & markMask == 0 { return .notAccepted }
        if let protocols, !protocols.contains(connection.protocolIdentifier) { return .otherProtocol }
        if gateways.contains(connection.reply.source) { return .toGateway }
        let source = connection.original.source, destination = connection.reply.source
        if excludedNetworks.contains(where: { $0.contains(source) || $0.contains(destination) }) { return .otherNetwork }
        guard networks.isEmpty || networks.contains(where: { $0.contains(source) || $0.contains(destination) }) else {
            return .otherNetwork
        }
        return nil
    }
}

extension MeteringStatistics {
    mutating func count(_ refusal: Admission.Refusal) {
        switch refusal {
        case .otherZone: otherZone += 1
        case .correlated: correlated += 1
        case .otherProtocol: otherProtocol += 1
        case .otherNetwork: otherNetwork += 1
        case .toGateway: toGateway += 1
        case .notAccepted: notAccepted += 1
        case .notLocal: notLocal += 1
        }
    }

    mutating func count(_ outcome: ConnectionStore.Outcome) {
        switch outcome {
        case .updated: metered += 1
        case .inserted:
            metered += 1
            connections += 1
        case .stale: stale += 1
        case .ofAnotherSource: ofAnotherSource += 1
        case .full: overCapacity += 1
        }
    }
}
