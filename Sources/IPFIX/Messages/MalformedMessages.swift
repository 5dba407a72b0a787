// SPDX-License-Identifier: Apache-2.0

/// How many Messages were refused, by cause.
public struct MalformedMessages: Sendable {
    private var counts = InlineArray<12, UInt64>(repeating: 0)

    public init() {}

    public subscript(cause: MessageError.Cause) -> UInt64 { counts[cause.index] }

    public var total: UInt64 {
        var sum: UInt64 = 0
        for index in counts.indices { sum &+= counts[index] }
        return sum
    }

    mutating func count(_ cause: MessageError.Cause) { counts[cause.index] &+= 1 }

    static func += (a: inout Self, b: Self) {
        for index in b.counts.indices { a.counts[index] &+= b.counts[index] }
    }
}

extension MalformedMessages: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.counts.indices.allSatisfy { a.counts[$0] == b.counts[$0] } }

    public func hash(into hasher: inout Hasher) {
        for index in counts.indices { hasher.combine(counts[index]) }
    }
}

extension MessageError.Cause {
    fileprivate var index: Int {
        switch self {
        case .tooShort: 0
        case .wrongVersion: 1
        case .lengthBelowHeader: 2
        case .cutShort: 3
        case .badSetLength: 4
        case .setBeyondMessage: 5
        case .templateID: 6
        case .templateBeyondSet: 7
        case .scopeFieldCount: 8
        case .specifierLength: 9
        case .emptyRecord: 10
        case .recordBeyondSet: 11
        }
    }
}
