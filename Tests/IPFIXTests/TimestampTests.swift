// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct TimestampTests {
    @Test(
        "text in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (-1000, "1969-12-31T23:59:59.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
            (1_795_461_600_250, "2026-11-23T19:20:00.250Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func text(milliseconds: Int64, expected: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == expected)
    }

    @Test("every day of a thousand years is the day after the one before")
    func everyDay() throws {
        var expected: Int64 = try #require(Timestamp(year: 1600, month: 1, day: 1)).milliseconds
        for year in 1600..<2600 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, days) in zip(1..., [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                for day in 1...days {
                    let time = try #require(Timestamp(year: year, month: month, day: day))
                    guard time.milliseconds == expected, time.description.hasPrefix(String(year * 10_000 + month * 100 + day).dashed) else {
                        Issue.record("\(year)-\(month)-\(day) is \(time)")
                        return
                    }
                    expected += 86_400_000
                }
            }
        }
    }

    @Test(
        "a date that is none",
        arguments: [
            (2023, 2, 29), (2023, 2, 31), (2100, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0),
            (2024, 1, 32),
            (-1, 1, 1), (10_000, 1, 1),
        ])
    func badDate(year: Int, month: Int, day: Int) {
        #expect(Timestamp(year: year, month: month, day: day) == nil)
    }

    @Test("a time of day that is none, and the leap second as the next minute's first")
    func timeOfDay() {
        #expect(Timestamp(year: 2024, month: 1, day: 1, hour: 24) == nil)
        #expect(Timestamp(year: 2024, month: 1, day: 1, minute: 60) == nil)
        #expect(Timestamp(year: 2024, month: 1, day: 1, second: 61) == nil)
        #expect(Timestamp(year: 2024, month: 1, day: 1, millisecond: 1000) == nil)
        let leap = Timestamp(year: 2016, month: 12, day: 31, hour: 23, minute: 59, second: 60)
        #expect(leap == Timestamp(year: 2017, month: 1, day: 1))
    }

    @Test(
        "whole seconds are rounded towards the past",
        arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2)] as [(Int64, Int64)])
    func seconds(milliseconds: Int64, expected: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == expected)
    }

    @Test("nothing traps at the ends of time, which any exporter may send")
    func extremes() {
        for time in [Timestamp(milliseconds: .min), Timestamp(milliseconds: .max), Timestamp(milliseconds: .min + 1)] {
            _ = time.seconds
            _ = time.description
            for other in [Timestamp(milliseconds: .min), Timestamp(milliseconds: .max), Timestamp(milliseconds: 0)] {
                _ = time - other
                _ = time + (time - other)
                _ = time - (time - other)
            }
        }
        #expect(Timestamp(milliseconds: .max) + .seconds(1) == Timestamp(milliseconds: .max))
        #expect(Timestamp(milliseconds: .min) - .seconds(1) == Timestamp(milliseconds: .min))
        #expect(Timestamp(milliseconds: 0) + .seconds(Int64.max) == Timestamp(milliseconds: .max))
    }

    @Test("seconds beyond the last millisecond saturate")
    func saturation() {
        #expect(Timestamp(seconds: .max) == Timestamp(milliseconds: .max))
        #expect(Timestamp(seconds: .min) == Timestamp(milliseconds: .min))
        #expect(Timestamp(nanoseconds: 1_999_999).milliseconds == 1)
    }

    @Test("differences are durations and durations lead back")
    func arithmetic() {
        let a = Timestamp(milliseconds: 5250), b = Timestamp(milliseconds: 2000)
        #expect(a - b == .milliseconds(3250))
        #expect(b + (a - b) == a && a - (a - b) == b)
        #expect((a - b).wholeMilliseconds == 3250)
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1999).wholeMilliseconds == -1)
        #expect(b < a)
    }
}

extension String {
    /// `20241123` as `2024-11-23`.
    fileprivate var dashed: String { "\(prefix(4))-\(dropFirst(4).prefix(2))-\(suffix(2))" }
}
