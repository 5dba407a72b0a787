// SPDX-License-Identifier: Apache-2.0

/// What the writer wrote last of a connection, for the most recent ones: a connection takes the place of another with the same low bits.
struct ConnectionCache {
    struct Entry {
        var connection: Int64 = 0
        var conversation: Int64 = 0
        /// The second in which its last interval ended; nil when that is not known.
        var lastSecond: Int64?
    }

    private var entries: [Entry]

    init(bits: Int = 16) {
        entries = Array(repeating: Entry(), count: 1 << bits)
    }

    subscript(connection: Int64) -> Entry? {
        get {
            let entry = entries[place(connection)]
            return entry.connection == connection ? entry : nil
        }
        set { entries[place(connection)] = newValue ?? Entry() }
    }

    /// After a transaction that failed, or rows that were removed.
    mutating func forgetAll() {
        for index in entries.indices { entries[index] = Entry() }
    }

    private func place(_ connection: Int64) -> Int { Int(truncatingIfNeeded: connection) & (entries.count - 1) }
}
