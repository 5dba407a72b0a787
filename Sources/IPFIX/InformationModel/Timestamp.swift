// SPDX-License-Identifier: Apache-2.0

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds (RFC 7011 §6.1.8, dateTimeMilliseconds).
public struct Timestamp: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    @inlinable
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Saturates, as all arithmetic here: a hostile time must not stop a program.
    @inlinable
    public init(seconds: Int64) {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.init(milliseconds: overflow ? (seconds < 0 ? .min : .max) : milliseconds)
    }

    @inlinable
    public init(nanoseconds: UInt64) {
        self.init(milliseconds: Int64(nanoseconds / 1_000_000))
    }

    /// Whole seconds, rounded towards the past.
    @inlinable
    public var seconds: Int64 { milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0) }

    @inlinable
    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    /// Negative for an earlier time.
    @inlinable
    public func milliseconds(after other: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? (self < other ? .min : .max) : difference
    }

    @inlinable
    public static func + (a: Self, b: Duration) -> Self {
        let (sum, overflow) = a.milliseconds.addingReportingOverflow(b.wholeMilliseconds)
        return Self(milliseconds: overflow ? (b.wholeMilliseconds < 0 ? .min : .max) : sum)
    }

    /// As `+`, for what is done for each record: a `Duration` has a hundred and twenty-eight bits.
    @inlinable
    public func advanced(byMilliseconds count: Int64) -> Self {
        let (sum, overflow) = milliseconds.addingReportingOverflow(count)
        return Self(milliseconds: overflow ? (count < 0 ? .min : .max) : sum)
    }

    @inlinable
    public static func - (a: Self, b: Duration) -> Self { a + (.zero - b) }

    @inlinable
    public static func - (a: Self, b: Self) -> Duration {
        .milliseconds(a.milliseconds(after: b))
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero; saturates.
    @inlinable
    public var wholeMilliseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        let (sum, carry) = seconds.addingReportingOverflow(components.attoseconds / 1_000_000_000_000_000)
        return overflow || carry ? (self < .zero ? .min : .max) : sum
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds, such as `2026-11-23T10:00:00.250Z`.
    public var description: String {
        let (year, month, day) = civil(fromDays: seconds.floorDivided(by: 86_400))
        let second = seconds - seconds.floorDivided(by: 86_400) * 86_400
        let fraction = (milliseconds % 1000 + 1000) % 1000
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(fraction, 3))Z"
    }

    /// The time of a date of the proleptic Gregorian calendar, in UTC; nil when a part is out of its range.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0) {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second), (0...999).contains(millisecond)
        else { return nil }
        let days = days(fromCivil: Int64(year), Int64(month), Int64(day))
        // A day that its month does not have would be one of the next month.
        guard civil(fromDays: days).day == Int64(day) else { return nil }
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        self.init(milliseconds: seconds * 1000 + Int64(millisecond))
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Days since the epoch of a date, counting years from March so that the leap day is the last of its year.
private func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear.floorDivided(by: 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
