// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The fuzzers, built by ci/fuzz. A package of its own, because libFuzzer brings its own `main`: every executable of the package gets it.

import PackageDescription

let names = [
    "Message", "Session", "File", "Spool", "Handshake", "Certificate", "RoundTrip", "Values", "Registry", "Capture", "ConntrackDump",
    "Netlink", "PacketIn", "SwitchStatistics", "BridgeStream", "Unixctl", "OVSDB", "Objects", "Watch", "Configuration", "Filter",
]

let package = Package(
    name: "weir-fuzzing",
    dependencies: [.package(name: "weir", path: "../..")],
    targets: names.map { name in
        .executableTarget(
            name: "Fuzz\(name)", dependencies: [.product(name: "FuzzTargets", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety()])
    }
)
