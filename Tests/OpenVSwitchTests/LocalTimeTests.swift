// SPDX-License-Identifier: Apache-2.0

import Foundation
import IPFIX
import Testing

@testable import OpenVSwitch

@Suite struct LocalTimeTests {
    @Test("the system's local time is turned into UTC by what was in force then", arguments: [1, 4, 7, 10])
    func system(month: Int) throws {
        let utc = try #require(Timestamp(year: 2026, month: month, day: 15, hour: 13, minute: 20, second: 7, millisecond: 250))
        let offset = TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc.seconds)))
        var clock = LocalClock(.system)
        for minutes in [0, 3, -700, 700] {
            #expect(clock.utc(utc + .seconds(offset) + .seconds(minutes * 60)) == utc + .seconds(minutes * 60))
        }
    }

    @Test("times that no calendar has do no harm", arguments: [Int64.min, -1, .max])
    func extremes(milliseconds: Int64) {
        var clock = LocalClock(.system)
        _ = clock.utc(Timestamp(milliseconds: milliseconds))
    }
}
