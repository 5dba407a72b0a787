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
    /// How far the import is that the intervals come from; nil for what was collected.
    public var importProgress: ImportProgress?
    /// The run of the aggregator that the batch is of; nil when nothing is to be noted of it.
    public var run: AggregatorRun?
    /// Templates of exporters that repeat theirs only now and then.
    public var savedTemplates: [SavedTemplates] = []

    public init(exporterMinutes: [ExporterMinute] = []) {
        self.exporterMinutes = exporterMinutes
    }

    public var isEmpty: Bool {
        names.isEmpty && intervals.isEmpty && exporterMinutes.isEmpty && statistics.isEmpty && importProgress == nil
            && run == nil && savedTemplates.isEmpty
    }

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
    public let starts: HalfStarts
    /// The end of the connection's interval before; nil for its first. Sums over time tell by it how many connections there were.
    public let previousEnd: Timestamp?

    public init(
        connection: Int64, record: FlowRecord, isConnectionChanged: Bool, hasInterval: Bool = true, starts: HalfStarts = HalfStarts(),
        previousEnd: Timestamp? = nil
    ) {
        self.connection = connection
        self.record = record
        self.isConnectionChanged = isConnectionChanged
        self.hasInterval = hasInterval
        self.starts = starts
        self.previousEnd = previousEnd
    }
}

/// When each node says that a connection began, by its own clock: it tells a repeated record from one of a tuple that is used again.
public struct HalfStarts: Sendable, Hashable {
    /// Nil when the half is not here, or nobody knows.
    public var source: Timestamp?
    public var destination: Timestamp?

    public init(source: Timestamp? = nil, destination: Timestamp? = nil) {
        self.source = source
        self.destination = destination
    }
}
