// SPDX-License-Identifier: Apache-2.0

public import FlowModel

/// What became of a record.
public enum Reception: Sendable, Hashable {
    /// A connection took it in, and has something to be stored from now on.
    case opened
    /// A connection took it in that had something to be stored already, or learned nothing from it.
    case merged
    /// It is not kept, for this cause.
    case dropped(DropCause)

    /// Whether a connection took it in.
    public var isKept: Bool { self == .opened || self == .merged }
}

/// What became of some records, counted.
public struct Receptions: Sendable {
    public private(set) var opened: UInt64 = 0
    public private(set) var merged: UInt64 = 0
    public private(set) var drops: [DropCause: UInt64] = [:]

    public mutating func note(_ reception: Reception) {
        switch reception {
        case .opened: opened += 1
        case .merged: merged += 1
        case .dropped(let cause): drops[cause, default: 0] += 1
        }
    }
}
