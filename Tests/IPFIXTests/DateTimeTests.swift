// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct DateTimeTests {
    /// 2026-11-23T10:00:00Z since 1970, and since 1900.
    static let unix: UInt32 = 1_795_428_000
    static let ntp = UInt64(unix) + 2_208_988_800

    @Test("RFC 7011 §6.1.7: seconds since 1970, unsigned")
    func seconds() {
        #expect(DateTime(seconds: Self.unix).description == "2026-11-23T10:00:00Z")
        #expect(DateTime(seconds: .max).description == "2106-02-07T06:28:15Z")
        #expect(DateTime(seconds: 0).description == "1970-01-01T00:00:00Z")
    }

    @Test("RFC 7011 §6.1.8: milliseconds since 1970, all of them exact")
    func milliseconds() throws {
        for millisecond in 0..<1000 as Range<UInt64> {
            let time = try #require(DateTime(milliseconds: UInt64(Self.unix) * 1000 + millisecond))
            #expect(time.milliseconds == Int64(Self.unix) * 1000 + Int64(millisecond))
            #expect(time.description.hasSuffix(".\(String(1000 + millisecond).dropFirst())Z"))
        }
        #expect(DateTime(milliseconds: UInt64(Int64.max))?.milliseconds == .max)
        #expect(DateTime(milliseconds: UInt64(Int64.max) + 1) == nil)
    }

    @Test("RFC 7011 §6.1.9: microseconds are a binary fraction whose lowest eleven bits mean nothing")
    func microseconds() {
        let half = DateTime(ntp: Self.ntp << 32 | 0x8000_0000, precision: .microseconds, exportTime: Self.unix)
        #expect(half.description == "2026-11-23T10:00:00.500000Z")
        #expect(half == DateTime(ntp: Self.ntp << 32 | 0x8000_07FF, precision: .microseconds, exportTime: Self.unix))
        // What an exporter makes of every microsecond by rounding down is read as that microsecond.
        for microsecond in stride(from: 0, to: 1_000_000, by: 997) as StrideTo<UInt64> {
            let time = DateTime(ntp: Self.ntp << 32 | microsecond << 32 / 1_000_000, precision: .microseconds, exportTime: Self.unix)
            #expect(time.description.hasSuffix(".\(String(1_000_000 + microsecond).dropFirst())Z"))
        }
    }

    @Test("RFC 7011 §6.1.10: nanoseconds are a binary fraction of all its bits")
    func nanoseconds() {
        for nanosecond in [0, 1, 2, 999, 123_456_789, 999_999_999] as [UInt64] {
            let time = DateTime(ntp: Self.ntp << 32 | nanosecond << 32 / 1_000_000_000, precision: .nanoseconds, exportTime: Self.unix)
            #expect(time.description.hasSuffix(".\(String(1_000_000_000 + nanosecond).dropFirst())Z"))
        }
        // What is nearest to the next second is the next second.
        let last = DateTime(ntp: Self.ntp << 32 | 0xFFFF_FFFF, precision: .nanoseconds, exportTime: Self.unix)
        #expect(last.description == "2026-11-23T10:00:01.000000000Z")
        #expect(last.milliseconds == Int64(Self.unix) * 1000 + 999)
    }

    @Test("RFC 7011 §5.2: the era of an NTP timestamp is the one nearest to the export time")
    func eras() {
        // 2036-02-07T06:28:16Z is second 0 of era 1.
        let turn: UInt32 = 2_085_978_496
        let before = DateTime(ntp: UInt64(UInt32.max) << 32, precision: .nanoseconds, exportTime: turn + 5)
        #expect(before.description == "2036-02-07T06:28:15.000000000Z")
        let after = DateTime(ntp: 10 << 32, precision: .nanoseconds, exportTime: turn - 5)
        #expect(after.description == "2036-02-07T06:28:26.000000000Z")
        let first = DateTime(ntp: UInt64(2_208_988_800) << 32, precision: .microseconds, exportTime: 0)
        #expect(first.description == "1970-01-01T00:00:00.000000Z")
        let old = DateTime(ntp: UInt64(2_208_988_700) << 32, precision: .microseconds, exportTime: 0)
        #expect(old.description == "1969-12-31T23:58:20.000000Z")
    }

    @Test("an NTP timestamp is written as it was read")
    func ntpRoundTrip() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let timestamp = UInt64.random(in: 0...UInt64.max, using: &random),
                exportTime = UInt32.random(in: 0...UInt32.max, using: &random)
            #expect(DateTime(ntp: timestamp, precision: .nanoseconds, exportTime: exportTime).ntp == timestamp)
            #expect(DateTime(ntp: timestamp, precision: .microseconds, exportTime: exportTime).ntp == timestamp & ~0x7FF)
        }
    }

    @Test("times of any precision are Timestamps")
    func timestamps() throws {
        #expect(DateTime(seconds: 7).timestamp == Timestamp(milliseconds: 7000))
        #expect(try #require(DateTime(milliseconds: 7001)).timestamp == Timestamp(milliseconds: 7001))
    }
}
