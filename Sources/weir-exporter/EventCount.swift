// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How often something happened, counted by one thread and read by another.
final class EventCount: Sendable {
    private let count = Atomic<UInt64>(0)

    var total: UInt64 { count.load(ordering: .relaxed) }

    func add() { count.wrappingAdd(1, ordering: .relaxed) }
}
