// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The last day on which something of a dictionary was a part of a flow, so that what nothing refers to can be told without looking.
struct LastSeen: Comparable {
    /// Days since 1970-01-01.
    let day: Int64

    static let never = LastSeen(day: .min)
    /// Of what is no part of flows alone: it is kept.
    static let always = LastSeen(day: .max)

    static func < (a: Self, b: Self) -> Bool { a.day < b.day }
}

extension LastSeen {
    /// The day of a flow's end. A time that cannot be is the first or the last day that can.
    init(_ end: Timestamp?) {
        let seconds = min(max(end?.seconds ?? 0, IntervalID.seconds.lowerBound), IntervalID.seconds.upperBound - 1)
        day = seconds / 86_400
    }

    /// As it stands in the column: NULL for what is kept.
    var column: Int64? { self == .always ? nil : day }
}
