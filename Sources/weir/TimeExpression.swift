// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Times and spans as users type them.
enum TimeExpression {
    /// `90s`, `10m`, `1h30m`, `2d`, `1w`: whole numbers with units, at most a hundred years.
    static func duration(_ text: String) -> Duration? {
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

    /// `now`; or ISO 8601: `2026-11-23`, `2026-11-23T10:00`, `2026-11-23 10:00:05.250`, with `Z` or `+01:00` behind, else in local time.
    static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        if text == "now" { return now }
        var scanner = Scanner(text)
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
                millisecond: clock.millisecond),
            // The thirty-first of a shorter month would be the first of the next.
            clock.second == 60 || wall.description.hasPrefix(String(text.prefix(10)))
        else { return nil }
        return switch zone {
        case .offset(let minutes): wall - .seconds(minutes * 60)
        default: LocalTime.moment(ofWallClock: wall)
        }
    }

    private enum Zone: Equatable { case local, invalid, offset(minutes: Int) }

    /// Takes a text apart from left to right.
    private struct Scanner {
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
}
