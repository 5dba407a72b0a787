// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// Every module and all it may import, from the bottom up: an arrow of docs/architecture.md is a dependency here.

import PackageDescription

/// CI builds with warnings as errors; a newer compiler's new warning does not stop a user's build.
let warningsAreErrors = Context.environment["WEIR_WARNINGS_AS_ERRORS"] == "1"

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioConcurrencyHelpers: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func module(
    _ name: String, path: String? = nil, exclude: [String] = [], resources: [Resource]? = nil, _ dependencies: Target.Dependency...
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources, swiftSettings: settings)
}

func program(_ name: String, resources: [Resource]? = nil, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .executable(name: "weir-exporter", targets: ["weir-exporter"]),
        .executable(name: "weir-aggregator", targets: ["weir-aggregator"]),
        // For the fuzzers and benchmarks, which are packages of their own.
        .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
        .library(name: "BenchmarkedModules", targets: ["IPFIX", "FlowModel", "Metering", "Mediation", "FlowStore", "FlowTesting"]),
        .library(name: "BenchmarkedConntrack", targets: ["Metering", "Conntrack"]),
        .library(name: "BenchmarkedTransport", targets: ["IPFIX", "IPFIXTransport", "TransportSecurity"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // The middle: values and rules. No package, no Foundation, no clock.
        module("IPFIX"),
        module("FlowModel", "IPFIX"),
        module("Metering", "IPFIX", "FlowModel"),
        module("Mediation", "IPFIX", "FlowModel"),

        // A parser for the edges. No package, no Foundation.
        module("JSON"),

        // The system's OpenSSL for the edges: TLS and DTLS without input or output, and certificates.
        .target(name: "COpenSSL", path: "Sources/COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        module("TransportSecurity", "COpenSSL"),

        // The edges: one world each; they do not import each other.
        module("OpenVSwitch", "IPFIX", "Metering", "JSON"),
        module("Conntrack", "IPFIX", "Metering"),
        .target(name: "CSocket", path: "Sources/CSocket"),
        .systemLibrary(name: "CPcap", path: "Sources/CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        module("PacketCapture", "IPFIX", "Metering", "CPcap"),
        module("IPFIXTransport", "IPFIX", "TransportSecurity", "CSocket", log, nioConcurrencyHelpers, nioCore, nioPosix),
        module(
            "Kubernetes", "IPFIX", "FlowModel", "Mediation", "JSON", log, nioConcurrencyHelpers, nioCore, nioHTTP1, nioPosix, nioSSL, yams),
        module(
            "Schemas", path: "schemas", exclude: ["json", "sqlite/queries"],
            resources: [.embedInCode("sqlite/migrations"), .embedInCode("ipfix")]),
        module("FlowStore", "IPFIX", "FlowModel", "Schemas", grdb, grdbSQLite),
        module("Daemon", "IPFIX", log, yams),
        module("CommandEntry", "Daemon", "IPFIX", "IPFIXTransport", "TransportSecurity", argumentParser, log),

        // The programs: they wire.
        program(
            "weir-exporter", "IPFIX", "FlowModel", "Metering", "OpenVSwitch", "Conntrack", "PacketCapture", "IPFIXTransport",
            "TransportSecurity", "Daemon", "CommandEntry", argumentParser, log, yams),
        program(
            "weir-aggregator", "IPFIX", "FlowModel", "Mediation", "Kubernetes", "IPFIXTransport", "TransportSecurity", "FlowStore",
            "Daemon", "CommandEntry",
            argumentParser, log),
        program(
            "weir", resources: [.copy("Demo")], "IPFIX", "FlowModel", "FlowStore", "JSON", "PacketCapture", "Schemas",
            "TransportSecurity", argumentParser),

        // For tests only.
        module("FlowTesting", path: "Tests/FlowTesting", "IPFIX", "FlowModel", "Metering", "Mediation"),
        .executableTarget(name: "weir-simulation", dependencies: ["FlowTesting"], path: "Tests/Simulation", swiftSettings: settings),
        module(
            "FuzzTargets", path: "Tests/FuzzTargets", "IPFIX", "FlowModel", "Metering", "Mediation", "OpenVSwitch", "Conntrack",
            "PacketCapture", "Kubernetes", "IPFIXTransport", "TransportSecurity", "Daemon", "Schemas", "FlowTesting"),
        tests("FuzzTargetTests", "FuzzTargets", "FlowTesting"),
        tests("IPFIXTests", "IPFIX", "Schemas", "FlowTesting"),
        tests("FlowModelTests", "IPFIX", "FlowModel", "FlowTesting"),
        tests("MeteringTests", "IPFIX", "FlowModel", "Metering", "FlowTesting"),
        tests("MediationTests", "IPFIX", "FlowModel", "Mediation", "FlowStore", "FlowTesting"),
        tests("JSONTests", "JSON"),
        tests("OpenVSwitchTests", "IPFIX", "Metering", "OpenVSwitch", "JSON", "FlowTesting"),
        tests("ConntrackTests", "IPFIX", "FlowModel", "Metering", "Conntrack"),
        tests("IPFIXTransportTests", "IPFIX", "IPFIXTransport", "TransportSecurity", "FlowTesting", log, nioCore),
        tests("TransportSecurityTests", "TransportSecurity", "FlowTesting"),
        tests("PacketCaptureTests", "PacketCapture", "IPFIX", "Metering", "FlowTesting"),
        tests("KubernetesTests", "IPFIX", "FlowModel", "Mediation", "Kubernetes", "FlowTesting", "weir", log),
        .target(name: "CFaultyDisk", path: "Tests/CFaultyDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests("FlowStoreTests", "IPFIX", "FlowModel", "FlowStore", "FlowTesting", "CFaultyDisk", grdb),
        tests("DaemonTests", "Daemon", "IPFIX", log),
        tests(
            "PipelineTests", "IPFIX", "FlowModel", "Metering", "Mediation", "IPFIXTransport", "Daemon", "FlowStore", "FlowTesting", "weir",
            "weir-exporter", "weir-aggregator", grdbSQLite, log),
        tests(
            "ExporterTests", "IPFIX", "FlowModel", "Metering", "OpenVSwitch", "IPFIXTransport", "Daemon", "FlowTesting", "weir-exporter",
            argumentParser, log,
            yams),
        tests("CommandTests", "FlowTesting", "FlowModel", "FlowStore", "IPFIX", "JSON", "PacketCapture", "weir"),
        tests("RepositoryTests", "IPFIX", "FlowModel", "FlowStore", "Schemas", "FlowTesting"),
    ]
)
