// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// That an aggregator was there, from when to when. One that was killed leaves a run without an end.
public struct AggregatorRun: Sendable, Hashable {
    /// Names the run.
    public let began: Timestamp
    /// Up to when what came has been handed to the store, but for what connections still wait with.
    public var reached: Timestamp
    /// Whether the program has stored everything it had, and ends.
    public var isOver: Bool

    public init(began: Timestamp, reached: Timestamp, isOver: Bool = false) {
        self.began = began
        self.reached = reached
        self.isOver = isOver
    }
}
