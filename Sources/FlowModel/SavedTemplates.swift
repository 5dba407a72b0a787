// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// The templates of one exporter and Observation Domain, for an aggregator that is started again.
public struct SavedTemplates: Sendable, Hashable {
    /// As `udp://192.0.2.7`.
    public let exporter: String
    /// Where it sent from.
    public let port: UInt16
    public let observationDomainID: UInt32
    /// IPFIX Messages without data, one after another; their Export Times are when the templates came.
    public let octets: [UInt8]
    public let time: Timestamp

    public init(exporter: String, port: UInt16, observationDomainID: UInt32, octets: [UInt8], time: Timestamp) {
        self.exporter = exporter
        self.port = port
        self.observationDomainID = observationDomainID
        self.octets = octets
        self.time = time
    }
}
