// SPDX-License-Identifier: Apache-2.0

/// Why a Message was refused: a length in it makes no sense, or its version is another (RFC 7011 §9.1).
///
/// Nothing of a refused Message is used, and the error ought to be logged. One alone does not end a session: the next Message begins
/// where the header says. An exporter whose last few Messages were all malformed should not be listened to any more.
/// Offsets are octets from the Message's start.
public enum MessageError: Error, Hashable {
    /// Fewer octets than a message header has.
    case tooShort(octets: Int)
    /// Neither 10 (IPFIX) nor, where that is accepted, 9 (NetFlow).
    case wrongVersion(UInt16)
    /// The header gives the Message a length below the header's own.
    case lengthBelowHeader(Int)
    /// The header says more octets than came.
    case cutShort(header: Int, received: Int)
    /// A Set's length is below the four octets of its own header, or fewer octets than that are left for one.
    case badSetLength(offset: Int, length: Int)
    /// A Set reaches beyond the Message; `available` is how many octets there are.
    case setBeyondMessage(offset: Int, length: Int, available: Int)
    case badTemplate(offset: Int, TemplateFault)
    /// A record's variable length reaches beyond its Set.
    case badRecord(offset: Int)

    /// What makes a Template Record unreadable.
    public enum TemplateFault: Hashable, Sendable {
        /// Template IDs begin at 256 (RFC 7011 §3.4.1).
        case reservedID(UInt16)
        /// The Set ends before the template does, which claims so many fields.
        case beyondSet(fieldCount: Int)
        /// RFC 7011 §3.4.2.2: not zero, and at most the number of fields.
        case scopeFieldCount(Int, fieldCount: Int)
        /// NetFlow v9 gives the octets of the field specifiers: four each (RFC 3954 §6.1).
        case specifierLength(Int)
        /// All fields have length zero, so that the records of a Set cannot be counted.
        case emptyRecord
    }
}

extension MessageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let octets): "a message of \(octets) octets is shorter than a message header"
        case .wrongVersion(let version): "version \(version) in the message header is not \(MessageHeader.version): not IPFIX"
        case .lengthBelowHeader(let length): "the header says \(length) octets, which is less than itself"
        case .cutShort(let header, let received): "the header says \(header) octets, but \(received) came"
        case .badSetLength(let offset, let length): "set at offset \(offset): length \(length) is less than its header"
        case .setBeyondMessage(let offset, let length, let available):
            "set at offset \(offset): length \(length) reaches beyond the message, which has \(available) octets left"
        case .badTemplate(let offset, let fault): "template at offset \(offset): \(fault)"
        case .badRecord(let offset): "record at offset \(offset) reaches beyond its set"
        }
    }
}

extension MessageError.TemplateFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .reservedID(let id): "id \(id) is below 256"
        case .beyondSet(let fieldCount): "its set ends before its \(fieldCount) fields do"
        case .scopeFieldCount(let scope, let fieldCount): "scope field count \(scope) of \(fieldCount) fields"
        case .specifierLength(let length): "\(length) octets are no whole number of field specifiers"
        case .emptyRecord: "its records would have no octets"
        }
    }
}
