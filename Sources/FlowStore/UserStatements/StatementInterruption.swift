// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// Lets somebody at a terminal stop the statement that runs.
public enum StatementInterruption {
    private static let isRequestedFlag = Atomic<Bool>(false)

    /// Whether the statement that runs is to stop.
    static var isRequested: Bool { isRequestedFlag.load(ordering: .relaxed) }

    /// Forgets what was requested.
    public static func clear() { isRequestedFlag.store(false, ordering: .relaxed) }

    /// From here on SIGINT stops the statement that runs, and not the program.
    public static func installSignalHandler() {
        // A handler may do little; storing to a lock-free atomic is allowed (signal-safety(7)).
        signal(SIGINT) { _ in StatementInterruption.isRequestedFlag.store(true, ordering: .relaxed) }
    }
}
