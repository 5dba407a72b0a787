// SPDX-License-Identifier: Apache-2.0

extension MessageError {
    /// What a Message was refused for, without the particulars; its raw value is the word for counters and log lines.
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        case tooShort = "too-short"
        case wrongVersion = "wrong-version"
        case lengthBelowHeader = "length-below-header"
        case cutShort = "cut-short"
        case badSetLength = "bad-set-length"
        case setBeyondMessage = "set-beyond-message"
        case templateID = "template-id"
        case templateBeyondSet = "template-beyond-set"
        case scopeFieldCount = "scope-field-count"
        case specifierLength = "specifier-length"
        case emptyRecord = "empty-record"
        case recordBeyondSet = "record-beyond-set"
    }

    public var cause: Cause {
        switch self {
        case .tooShort: .tooShort
        case .wrongVersion: .wrongVersion
        case .lengthBelowHeader: .lengthBelowHeader
        case .cutShort: .cutShort
        case .badSetLength: .badSetLength
        case .setBeyondMessage: .setBeyondMessage
        case .badTemplate(_, .reservedID): .templateID
        case .badTemplate(_, .beyondSet): .templateBeyondSet
        case .badTemplate(_, .scopeFieldCount): .scopeFieldCount
        case .badTemplate(_, .specifierLength): .specifierLength
        case .badTemplate(_, .emptyRecord): .emptyRecord
        case .badRecord: .recordBeyondSet
        }
    }

    /// Where in the Message, in octets from its start; 0 where the header itself is wrong.
    public var offset: Int {
        switch self {
        case .tooShort, .wrongVersion, .lengthBelowHeader, .cutShort: 0
        case .badSetLength(let offset, _), .setBeyondMessage(let offset, _, _), .badTemplate(let offset, _), .badRecord(let offset):
            offset
        }
    }
}
