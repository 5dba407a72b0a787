// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Writes the ledger: entries of exporters with their causes, runs of the aggregator, templates.
struct LedgerStatements {
    private let addMinute: Statement
    private let addDrop: Statement
    private let noteRun: Statement
    private let saveTemplates: Statement
    private let boundTemplates: Statement

    /// Octets of all saved templates; the oldest beyond go.
    static let savedOctets = 16 << 20

    init(_ connection: Connection) throws(StoreError) {
        addMinute = try Statement(connection, StoreLayout.addExporterMinute)
        addDrop = try Statement(
            connection,
            """
            INSERT INTO exporter_drop (minute, exporter, observationDomainID, cause, dropped)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (minute, exporter, observationDomainID, cause) DO UPDATE SET dropped = \(StoreLayout.sum("dropped"))
            """)
        noteRun = try Statement(
            connection,
            """
            INSERT INTO aggregator_run (began, reached, ended)
            VALUES (?, ?, ?)
            ON CONFLICT (began) DO UPDATE SET reached = max(reached, excluded.reached), ended = excluded.ended
            """)
        saveTemplates = try Statement(
            connection,
            "INSERT OR REPLACE INTO saved_template (exporter, port, observationDomainID, time, octets) VALUES (?, ?, ?, ?, ?)")
        boundTemplates = try Statement(
            connection,
            """
            DELETE FROM saved_template
            WHERE rowid IN (
              SELECT row
              FROM (SELECT rowid AS row, sum(length(octets)) OVER (ORDER BY time DESC, rowid DESC) AS total FROM saved_template)
              WHERE total > \(Self.savedOctets)
            )
            """)
    }

    func add(_ minute: ExporterMinute, names: WriterStatements) throws(StoreError) {
        addMinute.clear()
        let exporter = try names.row(ofName: minute.exporter)
        addMinute.bind(minute.minute.milliseconds, at: 1)
        addMinute.bind(exporter, at: 2)
        addMinute.bind(Int64(minute.observationDomainID), at: 3)
        if let node = minute.nodeName { addMinute.bind(try names.row(ofName: node), at: 4) }
        for (offset, count) in ExporterMinute.counts.enumerated() {
            addMinute.bind(Int64(clamping: minute[keyPath: count.path]), at: Int32(5 + offset))
        }
        try addMinute.run()
        for (cause, count) in minute.drops {
            addDrop.bind(minute.minute.milliseconds, at: 1)
            addDrop.bind(exporter, at: 2)
            addDrop.bind(Int64(minute.observationDomainID), at: 3)
            addDrop.bind(try names.row(ofName: cause.name), at: 4)
            addDrop.bind(Int64(clamping: count), at: 5)
            try addDrop.run()
        }
    }

    func note(_ run: AggregatorRun) throws(StoreError) {
        noteRun.clear()
        noteRun.bind(run.began.milliseconds, at: 1)
        noteRun.bind(run.reached.milliseconds, at: 2)
        if run.isOver { noteRun.bind(run.reached.milliseconds, at: 3) }
        try noteRun.run()
    }

    func save(_ templates: [SavedTemplates]) throws(StoreError) {
        for saved in templates {
            try saveTemplates.bind(saved.exporter, at: 1)
            saveTemplates.bind(Int64(saved.port), at: 2)
            saveTemplates.bind(Int64(saved.observationDomainID), at: 3)
            saveTemplates.bind(saved.time.milliseconds, at: 4)
            try saveTemplates.bind(octets: saved.octets, at: 5)
            try saveTemplates.run()
        }
        if !templates.isEmpty { try boundTemplates.run() }
    }
}
