// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: each time up to twice as long, at random within the upper half.
///
/// The randomness keeps all nodes of a cluster from returning to a restarted collector at the same moment.
public struct Backoff: Sendable, Hashable {
    public let shortest: Duration
    public let longest: Duration
    private var ceiling: Duration

    public init(shortest: Duration = .milliseconds(250), longest: Duration = .seconds(15)) {
        precondition(shortest > .zero && longest >= shortest, "the longest wait cannot be shorter than the shortest")
        self.shortest = shortest
        self.longest = longest
        ceiling = min(shortest * 2, longest)
    }

    /// - Parameter random: uniform in 0..<1.
    /// - Returns: `shortest` to `longest`.
    public mutating func next(random: Double) -> Duration {
        let current = ceiling
        ceiling = min(current * 2, longest)
        return max(shortest, current / 2 + current / 2 * min(max(random, 0), 1))
    }

    /// The next attempt counts as the first.
    public mutating func reset() {
        self = Backoff(shortest: shortest, longest: longest)
    }
}
