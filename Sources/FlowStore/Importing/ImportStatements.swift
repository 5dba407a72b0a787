// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Writes how far imports are.
struct ImportStatements {
    private let upsert: Statement

    static let counts: [(name: String, path: any WritableKeyPath<ImportProgress, UInt64> & Sendable)] = [
        ("records", \.records), ("intervals", \.intervals), ("skipped", \.skipped), ("lost", \.lost), ("malformed", \.malformed),
    ]

    static let columns = ["digest", "began", "ended", "file"] + counts.map(\.name)

    init(_ connection: Connection) throws(StoreError) {
        upsert = try Statement(
            connection,
            "INSERT OR REPLACE INTO import (\(Self.columns.joined(separator: ", "))) VALUES (\(StoreLayout.parameters(Self.columns.count)))"
        )
    }

    func store(_ progress: ImportProgress) throws(StoreError) {
        upsert.clear()
        try upsert.bind(octets: progress.digest, at: 1)
        upsert.bind(progress.began.milliseconds, at: 2)
        if let ended = progress.ended { upsert.bind(ended.milliseconds, at: 3) }
        try upsert.bind(progress.file, at: 4)
        for (offset, count) in Self.counts.enumerated() {
            upsert.bind(Int64(clamping: progress[keyPath: count.path]), at: Int32(5 + offset))
        }
        try upsert.run()
    }
}
