// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The benchmarks, built and run by ci/benchmark, ci/benchmark-conntrack, ci/benchmark-transport and ci/benchmark-store.

import PackageDescription

let package = Package(
    name: "weir-benchmarks",
    dependencies: [.package(name: "weir", path: "../.."), .package(url: "https://github.com/apple/swift-log", exact: "1.16.2")],
    targets: [
        .executableTarget(
            name: "weir-benchmark", dependencies: [.product(name: "BenchmarkedModules", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
        .executableTarget(
            name: "weir-benchmark-conntrack", dependencies: [.product(name: "BenchmarkedConntrack", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
        .executableTarget(
            name: "weir-benchmark-transport",
            dependencies: [.product(name: "BenchmarkedTransport", package: "weir"), .product(name: "Logging", package: "swift-log")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
        .executableTarget(
            name: "weir-benchmark-store", dependencies: [.product(name: "BenchmarkedModules", package: "weir")],
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety()]),
    ]
)
