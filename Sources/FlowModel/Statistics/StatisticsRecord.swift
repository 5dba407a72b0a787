// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One observation of a rule, a port, a process or a counter: a row of words without references, as ``FlowRecord`` is.
///
/// Nil is unknown, which is not zero. Names are ids of the ``NameTable`` of whoever owns the record.
public struct StatisticsRecord: Sendable {
    public let kind: StatisticsKind
    private var words = InlineArray<49, UInt64>(repeating: 0)
    private var known: UInt64 = 0

    static let wordCount = 49

    public init(_ kind: StatisticsKind) {
        self.kind = kind
    }

    public func isKnown(_ field: StatisticsField) -> Bool { known >> UInt64(field.rawValue) & 1 == 1 }

    public subscript(unsigned field: StatisticsField) -> UInt64? {
        get { isKnown(field) ? words[Int(field.rawValue)] : nil }
        set {
            let bit: UInt64 = 1 << UInt64(field.rawValue)
            words[Int(field.rawValue)] = newValue ?? 0
            known = newValue == nil ? known & ~bit : known | bit
        }
    }

    public subscript(name field: StatisticsField) -> NameID? {
        get { self[unsigned: field].map { NameID(rawValue: UInt32(truncatingIfNeeded: $0)) } }
        set { self[unsigned: field] = newValue.map { UInt64($0.rawValue) } }
    }

    /// A time in milliseconds since the epoch.
    public subscript(time field: StatisticsField) -> Timestamp? {
        get { self[unsigned: field].map { Timestamp(milliseconds: Int64(bitPattern: $0)) } }
        set { self[unsigned: field] = newValue.map { UInt64(bitPattern: $0.milliseconds) } }
    }
}

extension StatisticsRecord: Equatable {
    public static func == (a: Self, b: Self) -> Bool {
        guard a.kind == b.kind, a.known == b.known else { return false }
        for index in 0..<wordCount where a.words[index] != b.words[index] { return false }
        return true
    }
}
