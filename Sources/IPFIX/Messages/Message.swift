// SPDX-License-Identifier: Apache-2.0

/// What a ``MessageDecoder`` found in one Message: where its data lie, and what was skipped.
public struct Message: Sendable {
    public let header: MessageHeader
    /// Data Sets whose template is known, in order. Those of Options Templates are among them.
    public internal(set) var dataSets: [DataSet] = []
    public internal(set) var templatesReceived = 0
    public internal(set) var templatesWithdrawn = 0
    /// Data Sets that were skipped because their template is not known.
    public internal(set) var setsWithoutTemplate = 0
    /// What the sequence number says about messages before this one.
    public internal(set) var sequence = SequenceTracker.Verdict.inOrder
}

/// A Data Set: records of one template, one after another (RFC 7011 §3.4.3).
public struct DataSet: Sendable {
    public let template: Template
    /// Changes whenever the session's template of this id does, so that what was compiled from a template can be kept by it.
    public let templateGeneration: UInt64
    /// Octets of the records in the Message, padding included.
    public let body: Range<Int>
    public let recordCount: Int
}
