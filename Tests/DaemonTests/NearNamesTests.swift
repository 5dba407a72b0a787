// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

struct NearNamesTests {
    static let known = ["collector", "activeTimeout", "idleTimeout", "log", "zones"]

    @Test(
        "a mistyped name finds what was meant",
        arguments: [
            ("colector", "collector"), ("colletcor", "collector"), ("COLLECTOR", "collector"), ("activeTimeuot", "activeTimeout"),
            ("lgo", "log"), ("zone", "zones"), ("idletimeout", "idleTimeout"), ("coll", "collector"),
        ])
    func finds(written: String, meant: String) {
        #expect(NearNames.suggestion(for: written, in: Self.known) == meant)
    }

    @Test(
        "what is far, known or endless has no suggestion",
        arguments: ["retention", "log", "co", "", "x", String(repeating: "z", count: 100_000)])
    func findsNothing(written: String) {
        #expect(NearNames.suggestion(for: written, in: Self.known) == nil)
    }
}
