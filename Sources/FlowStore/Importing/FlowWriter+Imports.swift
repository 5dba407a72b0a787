// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB
internal import IPFIX

extension FlowWriter {
    /// The imports of a file with this digest, the latest first.
    public func imports(ofDigest digest: [UInt8]) throws(StoreError) -> [ImportProgress] {
        do {
            return try queue.read { database in
                let connection = try Connection(database)
                let select = try Statement(
                    connection,
                    "SELECT \(ImportStatements.columns.joined(separator: ", ")) FROM import WHERE digest = ? ORDER BY began DESC")
                try select.bind(octets: digest, at: 1)
                var imports: [ImportProgress] = []
                while try select.step() {
                    var progress = ImportProgress(
                        digest: digest, file: select.text(at: 3) ?? "", began: Timestamp(milliseconds: select.integer(at: 1) ?? 0))
                    progress.ended = select.integer(at: 2).map(Timestamp.init(milliseconds:))
                    for (offset, count) in ImportStatements.counts.enumerated() {
                        progress[keyPath: count.path] = UInt64(clamping: select.integer(at: Int32(4 + offset)) ?? 0)
                    }
                    imports.append(progress)
                }
                return imports
            }
        } catch { throw StoreError(error) }
    }
}
