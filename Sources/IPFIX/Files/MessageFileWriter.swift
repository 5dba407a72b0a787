// SPDX-License-Identifier: Apache-2.0

/// Puts Messages one after another into an IPFIX File (RFC 5655 §7), and remembers the time window of its flows.
///
/// A file is one Transport Session: templates come before their data and hold to its end, as a ``MessageWriter`` with the rule
/// ``TemplateRule/once`` writes them. Of the options of RFC 5655 §8.1 the File Time Window is written, by which a file can be found
/// without reading it. The Message Checksum is left out: it is MD5, which no reader should rely on, and file systems and compression
/// have better ones.
public struct MessageFileWriter: Sendable {
    /// Octets of the file so far.
    public private(set) var length: UInt64 = 0
    /// The earliest start and the latest end of what ``include(start:end:)`` was told.
    public private(set) var window: FileTimeWindow?
    private var octets: [UInt8] = []

    public init() {}

    /// Appends a whole Message.
    ///
    /// - Throws: what a reader would say of it, when it is none by its header; then nothing was appended.
    public mutating func append(_ message: [UInt8]) throws(FileDamage) {
        let header = MessageShape.length(in: message.span, at: 0)
        guard header == message.count, message.count >= MessageHeader.length else {
            let cause = header.map { FileDamage.Cause.wrongLength(header: $0) } ?? .noMessage
            throw FileDamage(offset: length, length: UInt64(message.count), cause: cause)
        }
        octets += message
        length += UInt64(message.count)
    }

    /// Widens the time window by a flow's.
    public mutating func include(start: Timestamp, end: Timestamp) {
        window = FileTimeWindow(start: min(window?.start ?? start, start), end: max(window?.end ?? end, end))
    }

    /// The octets that were not taken yet, to be written at the file's end.
    public mutating func takeOctets() -> [UInt8] {
        defer { octets.removeAll() }
        return octets
    }
}
