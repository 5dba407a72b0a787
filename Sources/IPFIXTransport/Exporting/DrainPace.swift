// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// How fast what waited goes out: so many octets a second, and beside them as many as are new, so that it is all sent some time.
struct DrainPace: Sendable {
    /// Pauses shorter than this are saved up.
    private static let shortestPause = Duration.milliseconds(20)

    private let octetsASecond: Int
    private let elapsed: @Sendable () -> Duration
    private var allowance: Int
    private var last: Duration
    private var lastAppended: UInt64?

    init(octetsASecond: Int, elapsed: @escaping @Sendable () -> Duration) {
        self.octetsASecond = octetsASecond
        self.elapsed = elapsed
        allowance = octetsASecond
        last = elapsed()
    }

    init(octetsASecond: Int) {
        let start = ContinuousClock.now
        self.init(octetsASecond: octetsASecond, elapsed: { start.duration(to: .now) })
    }

    /// - Parameters:
    ///   - length: octets that were sent.
    ///   - appended: octets that ever came to the queue.
    /// - Returns: how long to wait before the next message.
    mutating func pause(afterSending length: Int, appended: UInt64) -> Duration {
        let now = elapsed()
        let milliseconds = min((now - last).wholeMilliseconds, 1000)
        if milliseconds > 0 {
            last = now
            allowance += octetsASecond / 1000 * Int(milliseconds)
        }
        allowance += Int(clamping: appended - (lastAppended ?? appended))
        lastAppended = appended
        // Not more than a second's worth is saved for later.
        allowance = min(allowance, octetsASecond) - length
        let pause = Duration.milliseconds(-allowance * 1000 / max(1, octetsASecond))
        return pause >= Self.shortestPause ? pause : .zero
    }
}
