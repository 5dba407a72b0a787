// SPDX-License-Identifier: Apache-2.0

import Metering

/// Where connections are read from. Used by one thread, which is the source's own: a long poll holds back nothing but the next one.
protocol ConnectionSource: AnyObject {
    var name: String { get }

    /// Hands over every connection tracked now, one by one, as they are read.
    ///
    /// - Parameter take: may wait while the metering is behind. A connection handed over twice in one poll does no harm.
    /// - Returns: what was read, with what could not be.
    /// - Throws: when the table could not be read to its end; what was handed over stays, and the next poll tries again.
    func poll(_ take: (Connection) -> Void) throws -> SourceReading

    /// Takes back what was changed on the node; the last call.
    func stop()
}

extension ConnectionSource {
    func stop() {}
}

/// One reading of a source.
struct SourceReading {
    /// Entries that were there but could not be understood.
    var rejected = 0
    /// The first of them, for people.
    var sample: String?
    /// False when entries may be missing for another reason: an entry that was not read has not ended.
    var isWhole = true
    var duration: Duration
    /// Reading again sooner than this after the last time would harm the node.
    var leastInterval = Duration.zero
}
