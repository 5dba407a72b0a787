// SPDX-License-Identifier: Apache-2.0

/// The two ends of a Transport Session, which tell it from others (RFC 7011 §8.4).
public struct TransportEnds: Sendable, Hashable {
    public var exporter: IPAddress
    public var exporterPort: UInt16
    public var collector: IPAddress
    public var collectorPort: UInt16
    public var isDatagram: Bool

    public init(exporter: IPAddress, exporterPort: UInt16, collector: IPAddress, collectorPort: UInt16, isDatagram: Bool) {
        self.exporter = exporter
        self.exporterPort = exporterPort
        self.collector = collector
        self.collectorPort = collectorPort
        self.isDatagram = isDatagram
    }

    /// Whether both may be sessions of the same exporter, one after the other.
    func isSameExporter(as other: Self) -> Bool {
        isDatagram && other.isDatagram && exporter == other.exporter && collector == other.collector && collectorPort == other.collectorPort
    }
}
