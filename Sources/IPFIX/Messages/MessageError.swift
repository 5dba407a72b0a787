// SPDX-License-Identifier: Apache-2.0

/// Why a Message was refused. Nothing of it was used. Offsets are octets from the Message's start.
///
/// Over a stream the session should be closed; a datagram is dropped (RFC 7011 §9.1).
public enum MessageError: Error, Hashable {
    case tooShort(octets: Int)
    case wrongVersion(UInt16)
    /// The header's length is not the number of octets that came.
    case lengthMismatch(header: Int, received: Int)
    /// A Set's length is below 4 or reaches beyond the Message.
    case badSetLength(offset: Int, length: Int)
    /// Set IDs 0, 1 and 4–255 are not used (RFC 7011 §3.3.2).
    case reservedSetID(offset: Int, id: UInt16)
    /// A template ends inside a field, or its counts make no sense.
    case badTemplate(offset: Int, reason: String)
    /// A record's variable length reaches beyond its Set.
    case badRecord(offset: Int)
}

extension MessageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let octets): "a message of \(octets) octets is shorter than its header of \(MessageHeader.length)"
        case .wrongVersion(let version): "version \(version) in the message header is not \(MessageHeader.version): not IPFIX"
        case .lengthMismatch(let header, let received): "the header says \(header) octets, but \(received) came"
        case .badSetLength(let offset, let length): "set at offset \(offset): length \(length) is impossible here"
        case .reservedSetID(let offset, let id): "set at offset \(offset): id \(id) is reserved"
        case .badTemplate(let offset, let reason): "template at offset \(offset): \(reason)"
        case .badRecord(let offset): "record at offset \(offset) reaches beyond its set"
        }
    }

    /// A fixed word for counters and log lines.
    public var cause: String {
        switch self {
        case .tooShort: "too-short"
        case .wrongVersion: "wrong-version"
        case .lengthMismatch: "length-mismatch"
        case .badSetLength: "bad-set-length"
        case .reservedSetID: "reserved-set-id"
        case .badTemplate: "bad-template"
        case .badRecord: "bad-record"
        }
    }
}
