// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import FlowStore

/// How long flows are kept, and what happens when there is no room.
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
            "The largest that the store may be, such as 20GiB; the oldest goes first (default: any size).", valueName: "SIZE"),
        transform: storeSize)
    var retentionSize: Int64?

    @Option(help: "When the disk is full: keep waits for room, drop gives up the oldest intervals (default: keep).")
    var whenFull: WhenFull?

    enum WhenFull: String, ExpressibleByArgument, CaseIterable { case keep, drop }
}

extension RetentionPolicy {
    /// What the command line says, else the file, else the usual. No time at all means for ever.
    init(_ options: RetentionOptions, _ file: RetentionSettings) {
        self = .standard
        let given: [(Resolution, Duration?)] = [
            (.flows, options.retention ?? file.retention), (.minute, options.retentionMinutes ?? file.retentionMinutes),
            (.hour, options.retentionHours ?? file.retentionHours), (.day, options.retentionDays ?? file.retentionDays),
        ]
        for (resolution, age) in given { if let age { ages[resolution] = age == .zero ? nil : age } }
        if let age = options.retentionLedger ?? file.retentionLedger { ledgerAge = age == .zero ? nil : age }
        maximumOctets = options.retentionSize ?? file.retentionSize
        givesUpOldestWhenFull = (options.whenFull ?? file.whenFull) == .drop
    }
}

/// The same of a configuration file: every key is asked for, so that each is checked.
struct RetentionSettings {
    let retention, retentionMinutes, retentionHours, retentionDays, retentionLedger: Duration?
    let retentionSize: Int64?
    let whenFull: RetentionOptions.WhenFull?

    init(_ file: ConfigurationFile?) {
        retention = file?.duration("retention")
        retentionMinutes = file?.duration("retention-1m")
        retentionHours = file?.duration("retention-1h")
        retentionDays = file?.duration("retention-1d")
        retentionLedger = file?.duration("retention-ledger")
        whenFull = file?.choice("when-full", of: RetentionOptions.WhenFull.self)
        retentionSize = file?.size("retention-size")
    }
}

extension RetentionSettings {
    /// The settings that command line or file give.
    func given(_ options: RetentionOptions) -> [String] {
        [
            ("retention", options.retention != nil || retention != nil),
            ("retention-1m", options.retentionMinutes != nil || retentionMinutes != nil),
            ("retention-1h", options.retentionHours != nil || retentionHours != nil),
            ("retention-1d", options.retentionDays != nil || retentionDays != nil),
            ("retention-ledger", options.retentionLedger != nil || retentionLedger != nil),
            ("retention-size", options.retentionSize != nil || retentionSize != nil),
            ("when-full", options.whenFull != nil || whenFull != nil),
        ].filter(\.1).map(\.0)
    }
}

extension ConfigurationFile {
    fileprivate func size(_ path: String) -> Int64? {
        guard let text = string(path) else { return nil }
        if let size = try? storeSize(text) { return size }
        reject(path, "'\(text)' is not a size from 1MB on", remedy: SizeText.remedy)
        return nil
    }
}

/// A size that a store can be held to.
@Sendable private func storeSize(_ text: String) throws -> Int64 {
    guard let octets = SizeText.parse(text), octets >= 1_000_000 else {
        throw ValidationError("'\(text)' is not a size from 1MB on; \(SizeText.remedy)")
    }
    return Int64(octets)
}
