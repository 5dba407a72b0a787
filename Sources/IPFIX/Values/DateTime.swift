// SPDX-License-Identifier: Apache-2.0

/// A point in time as precise as IPFIX can tell it (RFC 7011 §6.1.7–§6.1.10).
public struct DateTime: Sendable, Hashable {
    public enum Precision: Sendable, Hashable { case seconds, milliseconds, microseconds, nanoseconds }

    /// Whole seconds since 1970-01-01T00:00:00Z, without leap seconds; never so many that milliseconds overflow.
    public let seconds: Int64
    /// What comes on top, in 2⁻³² of a second.
    public let fraction: UInt32
    /// How the time was or will be encoded, and so how many digits are meant.
    public let precision: Precision

    private init(seconds: Int64, fraction: UInt32, precision: Precision) {
        self.seconds = seconds
        self.fraction = fraction
        self.precision = precision
    }

    public init(seconds: UInt32) {
        self.init(seconds: Int64(seconds), fraction: 0, precision: .seconds)
    }

    /// Nil from 2⁶³ milliseconds on, which are later than anything can be.
    public init?(milliseconds: UInt64) {
        guard milliseconds <= UInt64(Int64.max) else { return nil }
        // Rounded up, so that rounding down gives the milliseconds again.
        let fraction = ((milliseconds % 1000) << 32 + 999) / 1000
        self.init(seconds: Int64(milliseconds / 1000), fraction: UInt32(fraction), precision: .milliseconds)
    }

    /// An NTP timestamp: seconds since 1900 modulo 2³², and a fraction (RFC 7011 §6.1.9, §6.1.10).
    ///
    /// The seconds wrap on 2036-02-07. Of the eras the one is taken that puts the time nearest to the export time.
    ///
    /// - Parameters:
    ///   - precision: for microseconds the eleven lowest bits of the fraction mean nothing and are dropped.
    ///   - exportTime: of the Message; seconds since the Unix epoch.
    public init(ntp timestamp: UInt64, precision: Precision, exportTime: UInt32) {
        let sinceEpoch = UInt32(truncatingIfNeeded: timestamp >> 32) &- Self.ntpOffset
        let distance = Int32(bitPattern: sinceEpoch &- exportTime)
        let fraction = UInt32(truncatingIfNeeded: timestamp)
        self.init(
            seconds: Int64(exportTime) + Int64(distance), fraction: precision == .microseconds ? fraction & ~0x7FF : fraction,
            precision: precision)
    }

    /// Seconds from 1900-01-01 to 1970-01-01.
    private static let ntpOffset: UInt32 = 2_208_988_800

    /// Milliseconds since the epoch, rounded down.
    public var milliseconds: Int64 { seconds * 1000 + Int64((UInt64(fraction) * 1000) >> 32) }

    public var timestamp: Timestamp { Timestamp(milliseconds: milliseconds) }

    /// The NTP timestamp of this time, without its era.
    public var ntp: UInt64 { UInt64(UInt32(truncatingIfNeeded: seconds) &+ Self.ntpOffset) << 32 | UInt64(fraction) }
}

extension DateTime {
    init?(reading type: DataType?, in message: RawSpan, _ range: Range<Int>, exportTime: UInt32) {
        let start = range.lowerBound
        switch type {
        case .dateTimeSeconds where range.count == 4:
            self.init(seconds: message.bigEndian(at: start, as: UInt32.self))
        case .dateTimeMilliseconds where range.count == 8:
            self.init(milliseconds: message.bigEndian(at: start, as: UInt64.self))
        case .dateTimeMicroseconds where range.count == 8:
            self.init(ntp: message.bigEndian(at: start, as: UInt64.self), precision: .microseconds, exportTime: exportTime)
        case .dateTimeNanoseconds where range.count == 8:
            self.init(ntp: message.bigEndian(at: start, as: UInt64.self), precision: .nanoseconds, exportTime: exportTime)
        default:
            return nil
        }
    }
}

extension DateTime: CustomStringConvertible {
    /// ISO 8601 in UTC with the digits of the precision: `2026-11-23T10:00:00Z`, `2026-11-23T10:00:00.250000Z`.
    public var description: String {
        let digits =
            switch precision {
            case .seconds: 0
            case .milliseconds: 3
            case .microseconds: 6
            case .nanoseconds: 9
            }
        let unitsInSecond = (0..<digits).reduce(UInt64(1)) { product, _ in product * 10 }
        // Exporters round a binary fraction down; the nearest decimal one is what they were given. Milliseconds come as they are.
        let rounding = precision == .milliseconds ? 0 : UInt64(1) << 31
        let units = (UInt64(fraction) * unitsInSecond + rounding) >> 32
        let carry = units == unitsInSecond && digits > 0
        let date = Timestamp(seconds: seconds + (carry ? 1 : 0)).description.dropLast(".000Z".count)
        guard digits > 0 else { return date + "Z" }
        let text = String(carry ? 0 : units)
        return date + "." + String(repeating: "0", count: digits - text.count) + text + "Z"
    }
}
