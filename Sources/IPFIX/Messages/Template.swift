// SPDX-License-Identifier: Apache-2.0

/// An element and its length on the wire (RFC 7011 §3.2).
public struct FieldSpecifier: Sendable, Hashable {
    /// The length that says "in front of each value" (RFC 7011 §7).
    public static let variableLength: UInt16 = 65535

    public let element: InformationElement.ID
    public let length: UInt16

    public init(element: InformationElement.ID, length: UInt16) {
        self.element = element
        self.length = length
    }

    /// The element at its natural length.
    public init(_ element: InformationElement) {
        self.init(element: element.id, length: element.type.naturalLength ?? Self.variableLength)
    }

    public var isVariableLength: Bool { length == Self.variableLength }
}

/// An ordered list of fields, by which the octets of a Data Record are read (RFC 7011 §3.4.1, §3.4.2).
///
/// Its lists are shared by all copies: templates go with every Data Set that is read by them.
public struct Template: Sendable {
    private let storage: Storage

    private final class Storage: Sendable {
        let id: UInt16
        let fields: [FieldSpecifier]
        let scopeFieldCount: Int
        let isOptionsTemplate: Bool
        let minimumRecordLength: Int
        let fixedRecordLength: Int?
        let occupiedFields: [FieldSpecifier]
        let strides: [Int]
        let lastStride: Int

        init(id: UInt16, fields: [FieldSpecifier], scopeFieldCount: Int, isOptionsTemplate: Bool) {
            self.id = id
            self.fields = fields
            self.scopeFieldCount = scopeFieldCount
            self.isOptionsTemplate = isOptionsTemplate
            minimumRecordLength = fields.reduce(0) { $0 + ($1.isVariableLength ? 1 : Int($1.length)) }
            occupiedFields = fields.filter { $0.length > 0 }
            fixedRecordLength = fields.contains(where: \.isVariableLength) ? nil : minimumRecordLength
            let runs = fields.split(omittingEmptySubsequences: false, whereSeparator: \.isVariableLength).map { run in
                run.reduce(0) { $0 + Int($1.length) }
            }
            strides = runs.dropLast()
            lastStride = runs.last ?? 0
        }
    }

    /// An Options Template if it has a scope (RFC 7011 §3.4.2.2).
    public init(id: UInt16, fields: [FieldSpecifier], scopeFieldCount: Int = 0) {
        self.init(id: id, fields: fields, scopeFieldCount: scopeFieldCount, isOptionsTemplate: scopeFieldCount > 0)
    }

    init(id: UInt16, fields: [FieldSpecifier], scopeFieldCount: Int, isOptionsTemplate: Bool) {
        storage = Storage(id: id, fields: fields, scopeFieldCount: scopeFieldCount, isOptionsTemplate: isOptionsTemplate)
    }

    /// 256–65,535.
    public var id: UInt16 { storage.id }
    public var fields: [FieldSpecifier] { storage.fields }
    /// How many of the first fields are the scope; 0 unless this is an Options Template, in NetFlow v9 sometimes even then.
    public var scopeFieldCount: Int { storage.scopeFieldCount }
    public var isOptionsTemplate: Bool { storage.isOptionsTemplate }
    /// The least octets of a record: each variable-length field has at least its length octet.
    public var minimumRecordLength: Int { storage.minimumRecordLength }
    /// The octets of every record; nil where a field's length varies.
    public var fixedRecordLength: Int? { storage.fixedRecordLength }
    /// The fields that have octets in a record. Reading only these bounds the work by the octets received, however many
    /// fields of length zero a template has.
    public var occupiedFields: [FieldSpecifier] { storage.occupiedFields }
    /// The octets of fixed length in front of each variable-length field, since the one before it: what it takes to step over a record.
    var strides: [Int] { storage.strides }
    /// The octets of fixed length behind the last variable-length field.
    var lastStride: Int { storage.lastStride }
}

extension Template: Hashable {
    public static func == (a: Self, b: Self) -> Bool {
        a.storage === b.storage
            || a.id == b.id && a.scopeFieldCount == b.scopeFieldCount && a.isOptionsTemplate == b.isOptionsTemplate && a.fields == b.fields
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(fields)
        hasher.combine(scopeFieldCount)
    }
}

/// Set IDs below 256 (RFC 7011 §3.3.2). From 256 on they are the Template's ID.
public enum SetID {
    public static let template: UInt16 = 2
    public static let optionsTemplate: UInt16 = 3
    /// RFC 3954 §5.2.
    public static let netFlow9Template: UInt16 = 0
    /// RFC 3954 §6.1.
    public static let netFlow9OptionsTemplate: UInt16 = 1
    public static let firstData: UInt16 = 256
    /// Set ID and length.
    public static let headerLength = 4
}
