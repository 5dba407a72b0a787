// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file beside the store that only takes up room. Removing rows needs room first, for the log and for what it still has to hand over: when the
/// disk is full, this file goes and makes some.
struct SpaceReserve {
    private let path: String
    let octets: Int64

    /// - Parameter octets: enough for a log that is to be handed over and one that takes up a removal.
    init(storePath: String, octets: Int64 = 64 << 20) {
        path = storePath + "-reserve"
        self.octets = octets
    }

    /// Makes the file if there is none, and room for it.
    func make() {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isMade = posix_fallocate(descriptor, 0, off_t(octets)) == 0
        close(descriptor)
        // One that is too small is no reserve.
        if !isMade { release() }
    }

    func release() {
        unsafe unlink(path)
    }
}
