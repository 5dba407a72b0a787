// SPDX-License-Identifier: Apache-2.0

/// What watching one kind of objects has come to.
public struct WatchStatistics: Sendable, Hashable {
    /// Whether a complete list has come. Before that names are missing.
    public internal(set) var isSynchronized = false
    /// Complete lists, and the pages that they came in.
    public internal(set) var lists: UInt64 = 0
    public internal(set) var pages: UInt64 = 0
    /// Watches that the server accepted.
    public internal(set) var watches: UInt64 = 0
    /// Events of watches, and those of them that only said how far the watch is.
    public internal(set) var events: UInt64 = 0
    public internal(set) var bookmarks: UInt64 = 0
    /// Objects taken in from lists and events.
    public internal(set) var objects: UInt64 = 0
    /// Objects that lacked what is needed of them.
    public internal(set) var skipped: UInt64 = 0
    /// Times that the server had forgotten where we were (410 Gone), and a list was begun anew.
    public internal(set) var expired: UInt64 = 0
    /// Requests that failed otherwise, by cause.
    public internal(set) var connectionFailures: UInt64 = 0
    public internal(set) var refusals: UInt64 = 0
    public internal(set) var malformedAnswers: UInt64 = 0
    /// Octets of answers.
    public internal(set) var octets: UInt64 = 0

    public init() {}
}
