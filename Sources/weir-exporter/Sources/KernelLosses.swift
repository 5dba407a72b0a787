// SPDX-License-Identifier: Apache-2.0

import Conntrack
import Logging

/// Says when the kernel could not track connections, which metering then cannot see. At most once a minute.
struct KernelLosses {
    private static let leastPause = Duration.seconds(60)

    private let logger: Logger
    private let clock = ContinuousClock()
    private var meter = ConntrackStatisticsMeter()
    /// What grew and has not been said yet.
    private var unsaid = ConntrackCounts()
    private var said: ContinuousClock.Instant?

    init(logger: Logger) {
        self.logger = logger
    }

    /// Since the start.
    var total: ConntrackCounts { meter.total }

    mutating func note(_ statistics: ConntrackStatistics) {
        unsaid += meter.update(statistics)
        let now = clock.now
        guard unsaid.losses > 0, said.map({ now - $0 >= Self.leastPause }) ?? true else { return }
        var metadata: Logger.Metadata = ["entries": "\(statistics.entries)"]
        if let maximum = statistics.maximum { metadata["maximum"] = "\(maximum)" }
        for counter in ConntrackCounter.losses where unsaid[counter] > 0 { metadata[counter.name] = "\(unsaid[counter])" }
        logger.warning("the kernel could not track connections; is nf_conntrack_max too small?", metadata: metadata)
        said = now
        unsaid = ConntrackCounts()
    }
}
