// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB

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
                while try select.step() { imports.append(ImportStatements.progress(in: select)) }
                return imports
            }
        } catch { throw StoreError(error) }
    }
}
