// SPDX-License-Identifier: Apache-2.0

import Metering

/// Where connections are read from. Used by one thread.
protocol ConnectionSource: AnyObject {
    var name: String { get }

    /// Appends every connection tracked now.
    ///
    /// - Returns: what was read, with what could not be.
    /// - Throws: when nothing could be read; the next poll tries again.
    func poll(into connections: inout [Connection]) throws -> SourceReading
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
}
