// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// How records get to their collectors.
struct SendingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what a collector cannot take on disk, below DIR, until it can; a directory for each collector.", valueName: "DIR"))
    var spool: String?

    @Option(help: ArgumentHelp("The most that is kept on disk for each collector (default: 256MiB).", valueName: "SIZE"))
    var spoolSize: String?

    @Option(
        help: ArgumentHelp(
            "What was sent so lately is sent again when the connection to a collector was lost, 0s for nothing (default: 30s).",
            valueName: "DURATION"), transform: DurationText.parse)
    var resendWindow: Duration?

    @Flag(help: "Send each connection to one of the collectors, both halves to the same, instead of everything to all.")
    var shard = false

    @Option(help: ArgumentHelp("The largest IP packet that reaches a collector over UDP (default: 1500).", valueName: "576–65535"))
    var pathMtu: Int?
}
