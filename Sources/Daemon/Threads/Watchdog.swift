// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Ends a program that was told to stop and does not get it done.
public enum Watchdog {
    /// Returns at once. If the process still lives after `limit`, says so on standard error and ends it with ``ExitStatus/failure``.
    ///
    /// Where no thread can be started the program simply may take longer.
    public static func start(limit: Duration, program: String) {
        _ = try? PlainThread("watchdog") {
            let never = Mailbox<Void>(capacity: 1)
            _ = never.take(timeout: limit)
            StandardError.write("\(program): not done \(DurationText.text(for: limit)) after it was told to stop; what was left is lost\n")
            _exit(ExitStatus.failure)
        }
    }
}
