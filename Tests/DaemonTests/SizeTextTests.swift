// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

struct SizeTextTests {
    @Test(
        "a whole number and a unit are octets", arguments: [("1KiB", 1024), ("256MiB", 268_435_456), ("2GB", 2_000_000_000), ("0MiB", 0)])
    func parses(text: String, octets: Int) {
        #expect(SizeText.parse(text) == octets)
    }

    @Test(
        "anything else is none",
        arguments: ["", "MiB", "1", "1.5MiB", "-1MiB", "1 MiB", "1mib", "9999999999999999999KiB", "9000000TiB9", "99999999TiB"])
    func refuses(text: String) {
        #expect(SizeText.parse(text) == nil)
    }

    @Test("the text is in the largest unit that needs no fraction")
    func writes() {
        #expect(
            SizeText.text(for: 256 << 20) == "256MiB" && SizeText.text(for: 1536) == "1536 octets" && SizeText.text(for: 0) == "0 octets")
    }
}
