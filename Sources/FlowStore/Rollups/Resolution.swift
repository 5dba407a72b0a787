// SPDX-License-Identifier: Apache-2.0

/// How finely time is divided in what a store keeps of the same flows.
public enum Resolution: String, Sendable, CaseIterable, Comparable {
    /// Every interval of every connection.
    case flows
    case minute = "flows_1m"
    case tenMinutes = "flows_10m"
    case hour = "flows_1h"
    case day = "flows_1d"

    public static let rollups: [Resolution] = [.minute, .tenMinutes, .hour, .day]

    /// The view that shows it.
    public var view: String { rawValue }

    /// Seconds of a period; intervals are told apart by the second in which they end.
    public var seconds: Int64 {
        switch self {
        case .flows: 1
        case .minute: 60
        case .tenMinutes: 600
        case .hour: 3600
        case .day: 86_400
        }
    }

    /// Its name in the tables `resolution` and `rollup_period`, and in options.
    public var name: String {
        switch self {
        case .flows: "flows"
        case .minute: "1m"
        case .tenMinutes: "10m"
        case .hour: "1h"
        case .day: "1d"
        }
    }

    var table: String { self == .flows ? "interval" : "rollup_" + name }

    /// The one that its sums are made of; nil for those that are made of intervals.
    var finer: Resolution? {
        switch self {
        case .flows, .minute: nil
        case .tenMinutes: .minute
        case .hour: .tenMinutes
        case .day: .hour
        }
    }

    /// Periods of `finer` in one of its own.
    var factor: Int64 { finer.map { seconds / $0.seconds } ?? 1 }

    public static func < (a: Self, b: Self) -> Bool { a.seconds < b.seconds }
}
