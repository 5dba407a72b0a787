// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What the mediator hands to the store at once: complete in itself, to be kept or refused as a whole.
public struct StoreBatch: Sendable {
    /// Texts that records of this and later batches refer to by id, in no particular order; each appears once in a run.
    public var names: [NewName] = []
    public var intervals: [FlowInterval] = []
    public var exporterMinutes: [ExporterMinute] = []
    /// In the order in which they came.
    public var statistics: [ReceivedStatistics] = []

    public init() {}

    public var isEmpty: Bool { names.isEmpty && intervals.isEmpty && exporterMinutes.isEmpty && statistics.isEmpty }

    public struct NewName: Sendable, Hashable {
        public let id: NameID
        public let text: String

        public init(id: NameID, text: String) {
            self.id = id
            self.text = text
        }
    }
}

/// One interval of one connection, ready to be stored.
public struct FlowInterval: Sendable {
    /// Names the connection for as long as the store lives; positive, never reused.
    public let connection: Int64
    /// The interval's fields and the connection's. Deltas count since the connection's previous interval.
    public let record: FlowRecord
    /// Whether a field of the connection is new or other than in its previous interval.
    public let isConnectionChanged: Bool
    /// False when only the connection is to be amended: its other half came, and brought no growth.
    public let hasInterval: Bool

    public init(connection: Int64, record: FlowRecord, isConnectionChanged: Bool, hasInterval: Bool = true) {
        self.connection = connection
        self.record = record
        self.isConnectionChanged = isConnectionChanged
        self.hasInterval = hasInterval
    }
}

/// What came of one exporter in one minute: the ledger behind every answer's completeness.
///
/// Counts add up: a later entry of the same exporter, domain and minute is added to what the store has.
public struct ExporterMinute: Sendable, Hashable {
    /// Address and transport of the exporter, as `tcp://192.0.2.7`.
    public var exporter: String
    public var observationDomainID: UInt32
    /// The node that its records name; nil until one does.
    public var nodeName: String?
    /// The minute's first moment.
    public var minute: Timestamp
    public var messages: UInt64 = 0
    /// Data records of flows that were read.
    public var records: UInt64 = 0
    /// Data records missing by sequence number (RFC 7011 §3.1).
    public var lost: UInt64 = 0
    /// Sets whose template was not known, and were skipped.
    public var setsWithoutTemplate: UInt64 = 0
    /// Messages that could not be read, whole or in part.
    public var malformed: UInt64 = 0
    /// Records that were read but not kept, such as those without addresses or end time.
    public var refused: UInt64 = 0

    public init(exporter: String, observationDomainID: UInt32, nodeName: String? = nil, minute: Timestamp) {
        self.exporter = exporter
        self.observationDomainID = observationDomainID
        self.nodeName = nodeName
        self.minute = minute
    }

    public var isComplete: Bool { lost == 0 && setsWithoutTemplate == 0 && malformed == 0 && refused == 0 }
}
