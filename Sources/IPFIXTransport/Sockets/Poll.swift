// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX

/// Waits for several descriptors at once (poll(2)).
enum Poll {
    enum Wait {
        case readable(Int32)
        case writable(Int32)
    }

    /// For each descriptor whether it is ready or has failed; all false after the timeout, which is rounded up to a millisecond.
    static func wait(for waits: [Wait], timeout: Duration?) -> [Bool] {
        var descriptors = waits.map(\.pollfd)
        // A signal handler may end the call early; the caller's loop then asks again.
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout.map(milliseconds) ?? -1)
        return descriptors.map { $0.revents != 0 }
    }

    private static func milliseconds(_ timeout: Duration) -> Int32 {
        let whole = timeout.wholeMilliseconds
        let roundedUp = Duration.milliseconds(whole) < timeout ? whole + 1 : whole
        return Int32(clamping: max(0, roundedUp))
    }
}

extension Poll.Wait {
    fileprivate var pollfd: pollfd {
        switch self {
        case .readable(let number): Glibc.pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        case .writable(let number): Glibc.pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        }
    }
}
