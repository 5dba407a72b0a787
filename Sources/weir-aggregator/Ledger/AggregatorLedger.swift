// SPDX-License-Identifier: Apache-2.0

import Mediation
import Synchronization

/// What became of everything that the aggregator took in, up to the last hand-over, for whoever shows it.
struct AggregatorLedger: Sendable {
    var mediation = MediationStatistics()
    /// Intervals and amendments that were handed to the writer.
    var handedOver = 0
    var storing = StoreLoop.Result()

    /// Those that the writer has not come to.
    var waiting: Int { handedOver - storing.intervals - storing.intervalsLost - storing.intervalsRefused }

    /// Whether every record and every interval is accounted for.
    var isBalanced: Bool { mediation.isBalanced && waiting >= 0 }
}

/// Where the threads of the pipeline post what they have counted, some times a second, so that nothing is locked on their way.
final class LedgerBoard: Sendable {
    private let ledger = Mutex(AggregatorLedger())

    var present: AggregatorLedger { ledger.withLock { $0 } }

    func post(_ mediation: MediationStatistics, handedOver: Int) {
        ledger.withLock {
            $0.mediation = mediation
            $0.handedOver = handedOver
        }
    }

    func post(_ storing: StoreLoop.Result) {
        ledger.withLock { $0.storing = storing }
    }
}
