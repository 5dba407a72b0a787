// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import Synchronization

/// What the thread of an Exporting Process shares with its owner.
final class ExportBoard: Sendable {
    /// Signalled when the thread has come to its end.
    let finished = WakeUp()
    /// Signalled to end at once, whatever still waits.
    let interruption = WakeUp()
    private let interrupted = Atomic(false)
    private let counters = NIOLockedValueBox(ExportStatistics())

    var statistics: ExportStatistics { counters.withLockedValue { $0 } }

    func change(_ body: (inout ExportStatistics) -> Void) {
        counters.withLockedValue { body(&$0) }
    }

    var isInterrupted: Bool { interrupted.load(ordering: .acquiring) }

    func interrupt() {
        interrupted.store(true, ordering: .releasing)
        interruption.signal()
    }
}
