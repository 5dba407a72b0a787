// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import FlowStore

/// How long flows are kept, how much room they may take, and what happens when there is none.
struct RetentionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("How long every interval is kept (default: 7d; 0s for ever).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retention: Duration?

    @Option(
        name: .customLong("retention-1m"), help: ArgumentHelp("How long sums by minute are kept (default: 31d).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retentionMinutes: Duration?

    @Option(
        name: .customLong("retention-10m"),
        help: ArgumentHelp("How long sums by ten minutes are kept (default: 92d).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retentionTenMinutes: Duration?

    @Option(
        name: .customLong("retention-1h"), help: ArgumentHelp("How long sums by hour are kept (default: 366d).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retentionHours: Duration?

    @Option(
        name: .customLong("retention-1d"), help: ArgumentHelp("How long sums by day are kept (default: 1830d).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retentionDays: Duration?

    @Option(
        help: ArgumentHelp("How long the ledger and statistics are kept (default: 366d).", valueName: "DURATION"),
        transform: DurationText.parse)
    var retentionLedger: Duration?

    @Option(
        help: ArgumentHelp(
            "The largest that the store may be, such as 20GiB; the oldest goes first (default: any size).", valueName: "SIZE"))
    var retentionSize: String?

    @Option(
        name: .customLong("retention-size-flows"),
        help: ArgumentHelp("The most that intervals may take of it, with their connections (default: any size).", valueName: "SIZE"))
    var sizeOfIntervals: String?

    @Option(
        name: .customLong("retention-size-1m"),
        help: ArgumentHelp("The most that sums by minute may take (default: any size).", valueName: "SIZE"))
    var sizeOfMinutes: String?

    @Option(
        name: .customLong("retention-size-10m"),
        help: ArgumentHelp("The most that sums by ten minutes may take (default: any size).", valueName: "SIZE"))
    var sizeOfTenMinutes: String?

    @Option(
        name: .customLong("retention-size-1h"),
        help: ArgumentHelp("The most that sums by hour may take (default: any size).", valueName: "SIZE"))
    var sizeOfHours: String?

    @Option(
        name: .customLong("retention-size-1d"),
        help: ArgumentHelp("The most that sums by day may take (default: any size).", valueName: "SIZE"))
    var sizeOfDays: String?

    @Option(help: "When the disk is full: keep waits for room, drop gives up the oldest intervals (default: keep).")
    var whenFull: WhenFull?

    enum WhenFull: String, ExpressibleByArgument, CaseIterable { case keep, drop }

    fileprivate func age(of resolution: Resolution) -> Duration? {
        switch resolution {
        case .flows: retention
        case .minute: retentionMinutes
        case .tenMinutes: retentionTenMinutes
        case .hour: retentionHours
        case .day: retentionDays
        }
    }

    fileprivate func size(of resolution: Resolution) -> String? {
        switch resolution {
        case .flows: sizeOfIntervals
        case .minute: sizeOfMinutes
        case .tenMinutes: sizeOfTenMinutes
        case .hour: sizeOfHours
        case .day: sizeOfDays
        }
    }
}

extension Resolution {
    fileprivate var ageKey: String { self == .flows ? "retention" : "retention-\(name)" }
    fileprivate var sizeKey: String { "retention-size-\(name)" }
}

/// What the command line says, else the file. Every key of the file is asked for, so that each is checked.
struct RetentionSettings {
    private static let wholeKey = "retention-size"

    private var ages: [Resolution: Duration] = [:]
    private var sizes: [Resolution: Int64] = [:]
    private let ledgerAge: Duration?
    private let wholeSize: Int64?
    private let whenFull: RetentionOptions.WhenFull?
    /// The settings that command line or file give.
    private(set) var given: [String] = []

    init(_ options: RetentionOptions, _ file: ConfigurationFile?, _ reader: inout SettingReader) {
        ledgerAge = reader.either(options.retentionLedger, file?.duration("retention-ledger"))
        whenFull = reader.either(options.whenFull, file?.choice("when-full", of: RetentionOptions.WhenFull.self))
        let whole = reader.text(options.retentionSize, Self.wholeKey)
        wholeSize = Self.size(whole, Self.wholeKey, &reader)
        for resolution in Resolution.allCases {
            if let age = reader.either(options.age(of: resolution), file?.duration(resolution.ageKey)) {
                ages[resolution] = age
                given.append(resolution.ageKey)
            }
            guard let text = reader.text(options.size(of: resolution), resolution.sizeKey) else { continue }
            sizes[resolution] = Self.size(text, resolution.sizeKey, &reader)
            given.append(resolution.sizeKey)
        }
        if ledgerAge != nil { given.append("retention-ledger") }
        if whole != nil { given.append(Self.wholeKey) }
        if whenFull != nil { given.append("when-full") }
        refuseMoreThanTheWhole(&reader)
    }

    private static func size(_ text: String?, _ key: String, _ reader: inout SettingReader) -> Int64? {
        reader.parsed(text, key, "write a size from 1MB on, such as 20GiB") { text in
            SizeText.parse(text).flatMap { $0 >= 1_000_000 ? Int64($0) : nil }
        }
    }

    /// Sizes that together are more than the whole would never be reached: the whole would take from the finest first, whatever they say.
    private func refuseMoreThanTheWhole(_ reader: inout SettingReader) {
        guard let wholeSize else { return }
        var left = wholeSize
        for size in sizes.values {
            let (rest, overflow) = left.subtractingReportingOverflow(size)
            left = overflow ? .min : rest
        }
        guard left < 0 else { return }
        let keys = Resolution.allCases.filter { sizes[$0] != nil }.map(\.sizeKey).joined(separator: ", ")
        reader.reject(
            Self.wholeKey, "the sizes of its parts are more than \(SizeText.text(for: Int(wholeSize)))",
            remedy: "make it larger than \(keys) together, or make them smaller")
    }
}

extension RetentionPolicy {
    /// What is set, else the usual. No time at all means for ever.
    init(_ settings: RetentionSettings) {
        self = .standard
        settings.apply(to: &self)
    }
}

extension RetentionSettings {
    fileprivate func apply(to policy: inout RetentionPolicy) {
        for (resolution, age) in ages { policy.ages[resolution] = age == .zero ? nil : age }
        policy.sizes = sizes
        if let ledgerAge { policy.ledgerAge = ledgerAge == .zero ? nil : ledgerAge }
        policy.maximumOctets = wholeSize
        policy.givesUpOldestWhenFull = whenFull == .drop
    }
}
