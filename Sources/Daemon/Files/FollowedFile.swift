// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that others may replace while the program runs.
public struct FollowedFile: Sendable {
    /// What changes when a file is written or another takes its name.
    private struct Version: Sendable, Equatable {
        var inode: UInt = 0
        var size: Int = 0
        var seconds = 0, nanoseconds = 0
    }

    public let path: String
    private var version: Version?

    public init(_ path: String) {
        self.path = path
    }

    /// Whether the file is another than at the last call, or this is the first. A file that is not there has not changed: whoever replaces
    /// it may be about to put the new one in its place.
    public mutating func hasChanged() -> Bool {
        var status = stat()
        // The path is a C string for the time of the call, and the kernel writes one `stat`.
        guard unsafe stat(path, &status) == 0 else { return false }
        let now = Version(
            inode: UInt(status.st_ino), size: Int(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
        defer { version = now }
        return version != now
    }
}
