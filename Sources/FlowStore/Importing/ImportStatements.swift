// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Writes and reads how far imports are.
struct ImportStatements {
    private let connection: Connection

    static let counts: [(name: String, path: any WritableKeyPath<ImportProgress, UInt64> & Sendable)] = [
        ("records", \.records), ("intervals", \.intervals), ("skipped", \.skipped), ("lost", \.lost), ("malformed", \.malformed),
    ]

    static let columns = ["digest", "began", "ended", "file"] + counts.map(\.name) + ["firstEnd", "lastEnd", "samplingInterval"]

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Prepared with each batch: a migration that stores intervals runs before the table has all its columns.
    private func upsert() throws(StoreError) -> Statement {
        try Statement(
            connection,
            "INSERT OR REPLACE INTO import (\(Self.columns.joined(separator: ", "))) VALUES (\(StoreLayout.parameters(Self.columns.count)))"
        )
    }

    /// - Parameter row: of ``columns``.
    static func progress(in row: Statement) -> ImportProgress {
        var progress = ImportProgress(
            digest: row.octets(at: 0), file: row.text(at: 3) ?? "", began: Timestamp(milliseconds: row.integer(at: 1) ?? 0))
        progress.ended = row.integer(at: 2).map(Timestamp.init(milliseconds:))
        for (offset, count) in counts.enumerated() {
            progress[keyPath: count.path] = UInt64(clamping: row.integer(at: Int32(4 + offset)) ?? 0)
        }
        let next = Int32(4 + counts.count)
        if let first = row.integer(at: next), let last = row.integer(at: next + 1) {
            progress.span = Timestamp(milliseconds: first)...Timestamp(milliseconds: max(first, last))
        }
        progress.samplingInterval = row.integer(at: next + 2).map { UInt64(clamping: $0) }
        return progress
    }

    func store(_ progress: ImportProgress) throws(StoreError) {
        let upsert = try upsert()
        try upsert.bind(octets: progress.digest, at: 1)
        upsert.bind(progress.began.milliseconds, at: 2)
        if let ended = progress.ended { upsert.bind(ended.milliseconds, at: 3) }
        try upsert.bind(progress.file, at: 4)
        for (offset, count) in Self.counts.enumerated() {
            upsert.bind(Int64(clamping: progress[keyPath: count.path]), at: Int32(5 + offset))
        }
        let next = Int32(5 + Self.counts.count)
        if let span = progress.span {
            upsert.bind(span.lowerBound.milliseconds, at: next)
            upsert.bind(span.upperBound.milliseconds, at: next + 1)
        }
        if let interval = progress.samplingInterval { upsert.bind(Int64(clamping: interval), at: next + 2) }
        try upsert.run()
    }
}
