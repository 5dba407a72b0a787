// SPDX-License-Identifier: Apache-2.0

/// The files of this folder, embedded in the programs as they are read.
public enum Schemas {
    /// The steps that make a flow store, oldest first. A released one is never edited.
    public static let migrations: [Migration] = [
        Migration(name: "v1-flows", sql: String(decoding: PackageResources.v1_flows_sql, as: UTF8.self)),
        Migration(name: "v2-statistics", sql: String(decoding: PackageResources.v2_statistics_sql, as: UTF8.self)),
        Migration(name: "v3-continuation", sql: String(decoding: PackageResources.v3_continuation_sql, as: UTF8.self)),
        Migration(name: "v4-imports", sql: String(decoding: PackageResources.v4_imports_sql, as: UTF8.self)),
        Migration(name: "v5-compact", sql: String(decoding: PackageResources.v5_compact_sql, as: UTF8.self)),
        Migration(name: "v6-ledger", sql: String(decoding: PackageResources.v6_ledger_sql, as: UTF8.self)),
        Migration(name: "v7-import-span", sql: String(decoding: PackageResources.v7_import_span_sql, as: UTF8.self)),
        Migration(name: "v8-retention-limits", sql: String(decoding: PackageResources.v8_retention_limits_sql, as: UTF8.self)),
        Migration(name: "v9-ten-minutes", sql: String(decoding: PackageResources.v9_ten_minutes_sql, as: UTF8.self)),
    ]

    /// The registries of Information Elements, `ipfix/*.csv`, in the form that `InformationElementRegistry.standard` reads.
    public static var elementFiles: [(name: String, octets: [UInt8])] {
        [
            ("iana.csv", PackageResources.iana_csv),
            ("antrea-56506.csv", PackageResources.antrea_56506_csv),
            ("vmware-6876.csv", PackageResources.vmware_6876_csv),
        ]
    }

    public struct Migration: Sendable {
        /// The file's name without `.sql`; the store remembers which it has.
        public let name: String
        public let sql: String
    }
}
