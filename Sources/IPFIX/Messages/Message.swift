// SPDX-License-Identifier: Apache-2.0

/// What a ``MessageDecoder`` found in one Message: where its data lie, and what was skipped.
public struct Message: Sendable {
    public let header: MessageHeader
    /// Data Sets whose template is known, in order. Those of Options Templates are among them.
    public internal(set) var dataSets: [DataSet] = []
    /// Sets of earlier Messages, or of this one, that waited for a template which this Message brought; in the order of their arrival.
    public internal(set) var released: [KeptDataSet] = []
    /// Templates and Options Templates that can be used from here on, repetitions included.
    public internal(set) var templates: [Template] = []
    /// Templates and Options Templates, repetitions included.
    public internal(set) var templatesReceived = 0
    public internal(set) var templatesWithdrawn = 0
    /// Data Sets whose template was not known. What becomes of them the decoder's statistics tell.
    public internal(set) var setsWithoutTemplate = 0
    /// Octets of the datagram behind the Message; they were not looked at.
    public internal(set) var trailingOctets = 0
    /// What the sequence number says about messages before this one.
    public internal(set) var sequence = SequenceTracker.Verdict.inOrder

    /// 10, or 9 for NetFlow v9.
    public var version: UInt16 { header.netFlow9 == nil ? MessageHeader.version : NetFlow9Header.version }
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
