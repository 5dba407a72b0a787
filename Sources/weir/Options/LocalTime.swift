// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX

/// Times as people of the local zone (`TZ`) read and write them.
enum LocalTime {
    /// `2026-11-23 10:00:05`.
    static func dateAndTime(_ time: Timestamp) -> String { String(wallClock(at: time).description.prefix(19)).replacing("T", with: " ") }

    /// `2026-11-23`.
    static func date(_ time: Timestamp) -> String { String(wallClock(at: time).description.prefix(10)) }

    /// `10:00`.
    static func clock(_ time: Timestamp) -> String { String(wallClock(at: time).description.dropFirst(11).prefix(5)) }

    /// `UTC`, `UTC+01:00`, `UTC-03:30`.
    static func zone(at time: Timestamp) -> String {
        let minutes = (wallClock(at: time) - time).wholeMilliseconds / 60_000
        guard minutes != 0 else { return "UTC" }
        func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "UTC\(minutes < 0 ? "-" : "+")\(digits(abs(minutes) / 60)):\(digits(abs(minutes) % 60))"
    }

    /// From here on the local zone is Greenwich's.
    static func becomeUTC() {
        unsafe setenv("TZ", "UTC", 1)
        tzset()
    }

    /// What a clock on the wall shows, as the moment at which one in Greenwich shows it.
    ///
    /// `struct tm` is unsafe to Swift because it points to the zone's name, which is not read here.
    static func wallClock(at time: Timestamp) -> Timestamp {
        var seconds = time_t(time.seconds)
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return time }
        return time + .seconds(Int64(unsafe parts.tm_gmtoff))
    }

    /// The moment that a clock in the local zone shows a date and time, which `wall` shows in UTC. In the hour that a change of
    /// summer time repeats or leaves out, the system chooses.
    static func moment(ofWallClock wall: Timestamp) -> Timestamp {
        var seconds = time_t(wall.seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        unsafe parts.tm_isdst = -1
        let local = unsafe mktime(&parts)
        return Timestamp(milliseconds: Int64(local) * 1000 + (wall.milliseconds - wall.seconds * 1000))
    }
}
