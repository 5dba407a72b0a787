// SPDX-License-Identifier: Apache-2.0

/// The files of this folder, embedded in the programs as they are read.
public enum Schemas {
    /// The steps that make a flow store, oldest first. A released one is never edited.
    public static let migrations: [Migration] = [
        Migration(name: "v1-flows", sql: String(decoding: PackageResources.v1_flows_sql, as: UTF8.self))
    ]

    /// `ipfix/iana.csv`: the elements of IANA's registry that Weir knows.
    public static var ianaElements: String { String(decoding: PackageResources.iana_csv, as: UTF8.self) }

    /// `ipfix/antrea.csv`: the elements of enterprise 56506.
    public static var antreaElements: String { String(decoding: PackageResources.antrea_csv, as: UTF8.self) }

    public struct Migration: Sendable {
        /// The file's name without `.sql`; the store remembers which it has.
        public let name: String
        public let sql: String
    }
}
