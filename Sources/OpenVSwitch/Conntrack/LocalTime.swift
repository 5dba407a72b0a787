// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX

/// How the clock of ovs-vswitchd's surroundings relates to UTC: it prints times without a zone.
public enum LocalTime: Sendable, Hashable {
    /// Seconds east of UTC, all the year.
    case offset(seconds: Int)
    /// As this process has it (TZ, /etc/localtime), summer time included. In the hour that autumn repeats either may be meant.
    case system

    /// Seconds east of UTC that were in force when local clocks showed `local`.
    fileprivate static func systemOffset(atLocal local: Timestamp) -> Int {
        var shown = time_t(clamping: local.seconds)
        var parts = unsafe tm()
        // Both structures live throughout the calls, which keep no pointer to them.
        guard unsafe gmtime_r(&shown, &parts) != nil else { return 0 }
        // Negative: mktime(3) finds out whether summer time was in force.
        unsafe parts.tm_isdst = -1
        let utc = unsafe mktime(&parts)
        return utc == -1 ? 0 : Int(clamping: local.seconds - Int64(utc))
    }
}

/// Turns printed times into UTC. Asks the system once for all times of a quarter of an hour, within which no clock is changed.
struct LocalClock {
    private let localTime: LocalTime
    private var quarter: Int64 = .min
    private var offset = 0

    init(_ localTime: LocalTime) {
        self.localTime = localTime
    }

    /// - Parameter local: a printed time, read as if it were UTC.
    mutating func utc(_ local: Timestamp) -> Timestamp {
        if case .offset(let seconds) = localTime { return local - .seconds(seconds) }
        let quarter = local.seconds / 900
        if quarter != self.quarter { (self.quarter, offset) = (quarter, LocalTime.systemOffset(atLocal: local)) }
        return local - .seconds(offset)
    }
}
