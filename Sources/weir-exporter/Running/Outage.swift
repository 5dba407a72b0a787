// SPDX-License-Identifier: Apache-2.0

import Logging

/// Whether something is away has been said: once an outage is a warning, every further attempt for those who look closely.
struct Outage {
    private var isSaid = false

    /// The level at which to say that it is away.
    mutating func begin() -> Logger.Level {
        defer { isSaid = true }
        return isSaid ? .debug : .warning
    }

    mutating func end() { isSaid = false }
}
