// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A statistics record, and who sent it when.
public struct ReceivedStatistics: Sendable, Equatable {
    /// As `tcp://192.0.2.7`.
    public let exporter: String
    public let observationDomainID: UInt32
    /// Of the Message, by the exporter's clock.
    public let exportTime: Timestamp
    /// By the collector's clock.
    public let receivedAt: Timestamp
    public var record: StatisticsRecord

    public init(exporter: String, observationDomainID: UInt32, exportTime: Timestamp, receivedAt: Timestamp, record: StatisticsRecord) {
        self.exporter = exporter
        self.observationDomainID = observationDomainID
        self.exportTime = exportTime
        self.receivedAt = receivedAt
        self.record = record
    }
}
