// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// How far the import of a file is. The store keeps it with the intervals it tells of, so that it is true after a crash too.
public struct ImportProgress: Sendable, Hashable {
    /// SHA-256 of the file's octets.
    public let digest: [UInt8]
    /// What the file was called.
    public let file: String
    /// With the digest the import's identity: a file may be imported again.
    public let began: Timestamp
    /// Nil as long as there is more of the file to store.
    public var ended: Timestamp?
    /// Records of flows that were read, those included that could not be stored.
    public var records: UInt64 = 0
    public var intervals: UInt64 = 0
    /// Records that are no flows, or could not be stored.
    public var skipped: UInt64 = 0
    /// Records that were lost before they came into the file, by the sequence numbers.
    public var lost: UInt64 = 0
    /// Messages, or lines of text, that could not be read.
    public var malformed: UInt64 = 0
    /// The ends of the flows that are stored, the first and the last; nil while there is none.
    public var span: ClosedRange<Timestamp>?
    /// One packet or flow in so many was looked at, the largest that was told; nil if nothing was.
    public var samplingInterval: UInt64?

    public init(digest: [UInt8], file: String, began: Timestamp) {
        self.digest = digest
        self.file = file
        self.began = began
    }
}
