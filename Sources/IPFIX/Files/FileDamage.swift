// SPDX-License-Identifier: Apache-2.0

/// Octets of a file that are no Message.
public struct FileDamage: Error, Sendable, Hashable {
    /// Octets of the file before them.
    public let offset: UInt64
    public let length: UInt64
    public let cause: Cause

    public init(offset: UInt64, length: UInt64, cause: Cause) {
        self.offset = offset
        self.length = length
        self.cause = cause
    }

    public enum Cause: Error, Sendable, Hashable {
        /// They do not begin with a Message Header (RFC 7011 §3.1).
        case noMessage
        /// No Message follows at the header's length, and the Sets do not add up to it.
        case wrongLength(header: Int)
        /// The file ends inside a Message; nil when it ends inside the header.
        case cutShort(needed: Int?)
    }
}

extension FileDamage: CustomStringConvertible {
    public var description: String { "octets \(offset)–\(offset + length) of the file are no message: \(cause)" }
}

extension FileDamage.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noMessage: "they do not begin with the header of an IPFIX message"
        case .wrongLength(let header): "the header says \(header) octets, but what lies there neither ends nor is followed by a message"
        case .cutShort(let needed?): "the message of \(needed) octets is cut short"
        case .cutShort(nil): "a message header is cut short"
        }
    }
}
