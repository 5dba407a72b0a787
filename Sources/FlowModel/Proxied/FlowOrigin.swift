// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Which way a flow went past the node that observed it: element 61 of IANA.
public enum FlowDirection: UInt8, Sendable, Hashable, CaseIterable {
    case ingress = 0
    case egress = 1
    /// The reference's value; IANA has none.
    case unknown = 255
}

/// Where a record that is passed on came from (RFC 5655 elements 403–405, kept by RFC 7119 Intermediate Processes).
public struct FlowOrigin: Sendable, Hashable {
    /// The address that the exporter sent from; nil is written as zeros.
    public var exporter: IPAddress?
    public var observationDomainID: UInt32
    public var direction: FlowDirection

    public init(exporter: IPAddress?, observationDomainID: UInt32, direction: FlowDirection) {
        self.exporter = exporter
        self.observationDomainID = observationDomainID
        self.direction = direction
    }
}
