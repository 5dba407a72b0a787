// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// How far back a mediator knows every connection that it was told of: it tells a connection that is new from one that was known, stored and
/// forgotten.
struct Memory: Sendable {
    /// When the first record came.
    private var began: Timestamp?
    /// The latest end that the program before this one stored. What it stored long before that is not known.
    private var stored: Timestamp?
    /// When a connection was forgotten for lack of room last.
    private var lost: Timestamp?

    mutating func begin(at now: Timestamp) {
        if began == nil { began = now }
    }

    /// Notes an interval of the program before this one.
    mutating func resume(_ interval: FlowInterval) {
        guard let end = interval.record[time: .flowEndMilliseconds] else { return }
        stored = max(stored ?? end, end)
    }

    mutating func lose(at now: Timestamp) { lost = now }

    /// The clock was set.
    mutating func move(by difference: Duration) {
        began = began.map { $0 + difference }
        lost = lost.map { $0 + difference }
    }

    /// Whether the connection of a record that no connection takes in may have been stored before: what was counted before the record's own
    /// interval was stored then, or is lost.
    ///
    /// One that has gone on for less than `inactiveTimeout` is always remembered, over a restart too. One that began after all that was stored
    /// before, or since there is a mediator at all, is remembered for as long as a silent one is, if there was room for it: nothing is stored
    /// of it, and messages that told of it are lost.
    func mayHaveLost(_ first: Measures, _ configuration: MediationConfiguration) -> Bool {
        let start = first.start, age = first.end - start
        guard age > configuration.inactiveTimeout else { return false }
        if age > configuration.idleTimeout { return true }
        // The node's clock may be ahead.
        return [stored ?? began, lost].contains { $0.map { start < $0 + configuration.clockTolerance } ?? false }
    }
}
