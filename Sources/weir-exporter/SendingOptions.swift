// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CommandEntry
import Daemon

/// How records get to their collectors.
struct SendingOptions: ParsableArguments {
    @OptionGroup var keeping: KeepingOptions

    @Flag(help: "Send each connection to one of the collectors, both halves to the same, instead of everything to all.")
    var shard = false

    @Option(help: ArgumentHelp("The largest IP packet that reaches a collector over UDP (default: 1500).", valueName: "576–65535"))
    var pathMtu: Int?
}
