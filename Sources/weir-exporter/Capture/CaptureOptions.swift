// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The part of the command line that is for `--source pcap:…`.
struct CaptureOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Meter only frames that match, as pcap-filter(7) writes it.", valueName: "FILTER"))
    var captureFilter: String?

    @Flag(help: "Meter the packets inside GRE, VXLAN, Geneve and IP in IP in place of the tunnel's.")
    var captureInner = false

    @Flag(help: "Take frames for others from the interface as well.")
    var capturePromiscuous = false

    @Option(help: ArgumentHelp("The kernel's buffer of a live capture, in MiB (default: 16).", valueName: "1–1024"))
    var captureBuffer: Int?

    @Option(
        help: ArgumentHelp(
            "Silence after which a connection of a capture has ended, by kind; may be repeated (default: as the kernel's conntrack; none with --once and a file).",
            valueName: "KIND=DURATION"))
    var captureTimeout: [String] = []
}
