// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Ties monotonic time to wall time, and notices when the wall clock was stepped.
///
/// Between steps time runs evenly, whatever small corrections the wall clock receives. When the wall clock is off by
/// `tolerance` or more (an administrator, a time daemon's first correction, a machine that slept) it is believed at once.
public struct ClockAnchor: Sendable, Hashable {
    /// The smallest difference that counts as a step.
    public static let tolerance = Duration.milliseconds(100)

    private var wall: Timestamp
    private var monotonic: Duration
    /// How often the wall clock was stepped since the anchor was made.
    public private(set) var steps: UInt64 = 0
    /// The steps added up: the wall clock's time less the time that passed.
    public private(set) var stepped = Duration.zero

    /// - Parameter monotonic: time since any fixed moment.
    public init(wall: Timestamp, monotonic: Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The present time by this anchor, which follows the wall clock if that was stepped.
    public mutating func now(wall: Timestamp, monotonic: Duration) -> Timestamp {
        let expected = self.wall + (monotonic - self.monotonic)
        let difference = wall - expected
        guard difference >= Self.tolerance || difference <= .zero - Self.tolerance else { return expected }
        self.wall = wall
        self.monotonic = monotonic
        steps += 1
        stepped += difference
        return wall
    }
}
