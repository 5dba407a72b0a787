// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Moments and spans as people type them.
public enum MomentText {
    /// `90s`, `10m`, `1h30m`, `2d`, `1w`: whole numbers with units, at most a hundred years.
    public static func duration(_ text: String) -> Duration? {
        let secondsPerUnit: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        let limit: Int64 = 36_525 * 86_400
        var total: Int64 = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                guard digits.count <= 10, let value = Int64(digits), let unit = secondsPerUnit[character] else { return nil }
                total += min(value, limit) * unit
                guard total <= limit else { return nil }
                digits = ""
            }
        }
        return digits.isEmpty && total > 0 ? .seconds(total) : nil
    }

    /// ISO 8601: `2026-11-23`, `2026-11-23T10:00`, `2026-11-23 10:00:05.250`, with `Z` or `+01:00` behind, else in local time.
    ///
    /// - Parameter localTime: the moment at which a clock on the user's wall shows what one in Greenwich shows at the moment given.
    public static func moment(_ text: String, localTime: (Timestamp) -> Timestamp) -> Timestamp? {
        var scanner = MomentScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"), let day = scanner.number(2)
        else {
            return nil
        }
        var clock = (hour: 0, minute: 0, second: 0, millisecond: 0)
        if scanner.skip("T") || scanner.skip(" ") {
            guard let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2) else { return nil }
            clock = (hour, minute, 0, 0)
            if scanner.skip(":") {
                guard let second = scanner.number(2) else { return nil }
                clock.second = second
                if scanner.skip(".") {
                    guard let millisecond = scanner.number(3) else { return nil }
                    clock.millisecond = millisecond
                }
            }
        }
        let zone = scanner.zone()
        guard scanner.isAtEnd, zone != .invalid,
            let wall = Timestamp(
                year: year, month: month, day: day, hour: clock.hour, minute: clock.minute, second: clock.second,
                millisecond: clock.millisecond)
        else { return nil }
        return switch zone {
        case .offset(let minutes): wall - .seconds(minutes * 60)
        default: localTime(wall)
        }
    }
}

/// Takes a text apart from left to right.
private struct MomentScanner {
    enum Zone: Equatable { case local, invalid, offset(minutes: Int) }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly so many digits.
    mutating func number(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        rest.removeFirst(count)
        return Int(digits)
    }

    mutating func zone() -> Zone {
        if isAtEnd { return .local }
        if skip("Z") { return .offset(minutes: 0) }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return .invalid }
        guard let hours = number(2), hours <= 14 else { return .invalid }
        _ = skip(":")
        guard let minutes = number(2), minutes < 60 else { return .invalid }
        return .offset(minutes: sign * (hours * 60 + minutes))
    }
}
