// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What something took: by the clock on the wall, and of processors, which does not depend on what else the machine does.
struct Cost: Comparable {
    var wall = Duration.zero
    var processor = Duration.zero

    static func measuring(_ body: () throws -> Void) rethrows -> Cost {
        let before = processorTime
        let wall = try ContinuousClock().measure(body)
        return Cost(wall: wall, processor: processorTime - before)
    }

    static func += (a: inout Cost, b: Cost) {
        a.wall += b.wall
        a.processor += b.processor
    }

    static func < (a: Cost, b: Cost) -> Bool { a.wall < b.wall }

    /// Of all threads of the process.
    private static var processorTime: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    var inMilliseconds: Double { inSeconds * 1e3 }
}
