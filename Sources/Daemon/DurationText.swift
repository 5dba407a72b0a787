// SPDX-License-Identifier: Apache-2.0

/// Durations as people write them: a whole number and a unit, such as `250ms`, `5s`, `1m`, `2h` or `7d`.
public enum DurationText {
    /// Smallest first.
    private static let units: [(name: Substring, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// About a century: more is a mistake, and less does not overflow any time we compute with.
    private static let longest = Duration.seconds(36_525 * 86_400)

    /// No sign, no fraction, no space; at most 36,525 days.
    public static func parse(_ text: String) throws(DurationTextError) -> Duration {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unitName = text[digits.endIndex...]
        guard !digits.isEmpty else { throw .notADuration(text) }
        guard !unitName.isEmpty else { throw .noUnit(text) }
        guard let unit = units.first(where: { $0.name == unitName }) else { throw .unknownUnit(String(unitName), in: text) }
        guard let count = Int64(digits) else { throw .tooLong(text) }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, .milliseconds(milliseconds) <= longest else { throw .tooLong(text) }
        return .milliseconds(milliseconds)
    }

    /// The shortest such text, in the largest unit that needs no fraction; whole milliseconds, rounded towards zero.
    public static func text(for duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        if milliseconds == 0 { return "0s" }
        let unit = units.last { milliseconds % $0.milliseconds == 0 } ?? units[0]
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}

/// Why a text is not a duration.
public enum DurationTextError: Error, Hashable {
    case notADuration(String)
    case noUnit(String)
    case unknownUnit(String, in: String)
    case tooLong(String)
}

extension DurationTextError: CustomStringConvertible {
    public var description: String { "\(problem); \(Self.remedy)" }

    /// What is wrong.
    public var problem: String {
        switch self {
        case .notADuration(let text): "'\(text)' is not a duration"
        case .noUnit(let text): "'\(text)' has no unit"
        case .unknownUnit(let unit, let text): "'\(text)': there is no unit '\(unit)'"
        case .tooLong(let text): "'\(text)' is longer than 36525d"
        }
    }

    /// What to write.
    public static let remedy = "write a whole number with ms, s, m, h or d, such as 250ms, 5s or 2h"
}
