// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The benchmarks, built and run by ci/benchmark and ci/benchmark-conntrack.

import PackageDescription

let package = Package(
    name: "weir-benchmarks",
    dependencies: [.package(name: "weir", path: "../..")],
    targets: [
        .executableTarget(
            name: "weir-benchmark", dependencies: [.product(name: "BenchmarkedModules", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
        .executableTarget(
            name: "weir-benchmark-conntrack", dependencies: [.product(name: "BenchmarkedConntrack", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
    ]
)
