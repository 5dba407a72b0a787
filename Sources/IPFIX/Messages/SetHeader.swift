// SPDX-License-Identifier: Apache-2.0

/// Set ID and length (RFC 7011 §3.3.2); FlowSets of NetFlow v9 have the same (RFC 3954 §5.2).
struct SetHeader {
    let id: UInt16
    /// Where the Set's records begin and end.
    let body: Range<Int>

    init(reading message: RawSpan, at offset: Int, end: Int) throws(MessageError) {
        guard end - offset >= SetID.headerLength else { throw .badSetLength(offset: offset, length: end - offset) }
        id = message.bigEndian(at: offset, as: UInt16.self)
        let length = Int(message.bigEndian(at: offset + 2, as: UInt16.self))
        guard length >= SetID.headerLength else { throw .badSetLength(offset: offset, length: length) }
        guard length <= end - offset else { throw .setBeyondMessage(offset: offset, length: length, available: end - offset) }
        body = (offset + SetID.headerLength)..<(offset + length)
    }
}

/// What a Set holds, by its id and the version of its Message.
enum SetKind {
    case templates, optionsTemplates, data
    /// RFC 7011 §3.3.2: 4–255 are reserved for future use, 0 and 1 not used; in NetFlow v9 0 and 1 are the templates', 2–255 reserved.
    case reserved

    init(id: UInt16, isNetFlow9: Bool) {
        switch id {
        case SetID.firstData...: self = .data
        case SetID.template where !isNetFlow9, SetID.netFlow9Template where isNetFlow9: self = .templates
        case SetID.optionsTemplate where !isNetFlow9, SetID.netFlow9OptionsTemplate where isNetFlow9: self = .optionsTemplates
        default: self = .reserved
        }
    }
}
