// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How long to wait before the next attempt to connect: 250 ms, doubling up to 8 s.
struct Backoff {
    private var nextMilliseconds: Int32 = 250

    mutating func succeeded() { nextMilliseconds = 250 }

    /// Blocks for the next wait, or until `stop` says so.
    mutating func wait(unless stop: () -> Bool) {
        var left = nextMilliseconds
        nextMilliseconds = min(nextMilliseconds * 2, 8000)
        while left > 0, !stop() {
            let step = min(left, UnixSocket.tickMilliseconds)
            _ = poll(nil, 0, step)  // No descriptors: poll(2) only waits.
            left -= step
        }
    }
}
