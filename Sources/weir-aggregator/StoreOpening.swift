// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowStore
import Logging
import Synchronization

extension FlowStore {
    /// Opens a store, and tells of what takes long: bringing one of an older release up to date, and a look at one that was not closed. Told to
    /// end meanwhile, it leaves an older store as it was.
    static func openForWriting(path: String, _ logger: Logger) throws(StoreError) -> FlowWriter {
        let told = Mutex<Int64>(-1)
        let writer = try openForWriting(path: path) { step throws(StoreError) in
            if Signals.isTerminationPending { throw .migrationStopped(path: path) }
            guard step.total > 0 else { return }
            let percent = step.done * 100 / step.total
            let isNew = told.withLock { last in
                guard percent / 10 > last else { return false }
                last = percent / 10
                return true
            }
            if isNew {
                logger.notice(
                    "bringing the store up to date", metadata: ["percent": "\(percent)", "rows": "\(step.done)", "of": "\(step.total)"])
            }
        }
        if writer.isRecovered { logger.notice("the store was not closed by the program before; what it had committed is sound") }
        return writer
    }
}
