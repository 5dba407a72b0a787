// SPDX-License-Identifier: Apache-2.0

import FlowStore
import Synchronization

/// Opens a store for writing, and shows how far bringing one of an older release up to date is.
enum StoreProgress {
    static func openForWriting(_ path: String) throws(StoreError) -> FlowWriter {
        let progress = Mutex(StepProgress())
        defer { progress.withLock { $0.end() } }
        return try FlowStore.openForWriting(path: path) { step in progress.withLock { $0.show(step.done, of: step.total) } }
    }
}
