// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

struct DurationTextTests {
    @Test(
        "a whole number and a unit is a duration, and is written back in its largest whole unit",
        arguments: [
            ("5s", Duration.seconds(5), "5s"), ("250ms", .milliseconds(250), "250ms"), ("1m", .seconds(60), "1m"),
            ("2h", .seconds(7200), "2h"),
            ("7d", .seconds(604_800), "7d"), ("0s", .zero, "0s"), ("120s", .seconds(120), "2m"),
            ("36525d", .seconds(3_155_760_000), "36525d"),
        ])
    func parses(text: String, duration: Duration, written: String) throws {
        #expect(try DurationText.parse(text) == duration)
        #expect(DurationText.text(for: duration) == written)
    }

    @Test(
        "anything else is refused with what to write",
        arguments: [
            ("", DurationTextError.notADuration("")), ("5", .noUnit("5")), ("s", .notADuration("s")), ("-5s", .notADuration("-5s")),
            ("1.5s", .unknownUnit(".5s", in: "1.5s")), ("5 s", .unknownUnit(" s", in: "5 s")), ("5sec", .unknownUnit("sec", in: "5sec")),
            ("٥s", .notADuration("٥s")), ("99999999999999999999s", .tooLong("99999999999999999999s")),
            ("9223372036854775807d", .tooLong("9223372036854775807d")), ("36526d", .tooLong("36526d")),
        ])
    func refuses(text: String, error: DurationTextError) {
        #expect(throws: error) { try DurationText.parse(text) }
        #expect(error.description.contains("250ms"))
    }
}
