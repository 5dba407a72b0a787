// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// A time by the clock of the records, and by the process's own time, which never goes back.
struct Moment: Sendable {
    let wall: Timestamp
    let steady: Timestamp
}

/// Makes ``Moment``s of the times that callers tell: when their clock was set back, the process's own time goes on from where it was.
struct SteadyTime: Sendable {
    /// Times that come a little out of order are no step of the clock.
    static let tolerance = Duration.seconds(1)

    private var last: Timestamp?
    private var offset = Duration.zero

    mutating func moment(at wall: Timestamp) -> Moment {
        if let last, wall < last {
            guard last - wall > Self.tolerance else { return Moment(wall: wall, steady: last + offset) }
            offset += last - wall
        }
        last = wall
        return Moment(wall: wall, steady: wall + offset)
    }

    /// The moment told last; a time of its own when there is none.
    func latest(or wall: Timestamp) -> Timestamp { (last ?? wall) + offset }

    /// When the caller's clock shows a moment of the process's own time.
    func wall(of steady: Timestamp) -> Timestamp { steady - offset }
}
