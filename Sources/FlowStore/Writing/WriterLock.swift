// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The right to write to a store, held from `init` to `deinit`: an advisory lock on a file of its own beside the store.
///
/// Not on the store's own file: closing any descriptor of that would release SQLite's locks in this process. The kernel frees the lock
/// when its holder dies; the empty file stays, since removing it would let two holders lock two files of one name.
final class WriterLock: Sendable {
    private let descriptor: Int32

    init(storePath: String) throws(StoreError) {
        let path = storePath + "-lock"
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: currentSystemError()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error: StoreError =
                errno == EWOULDBLOCK ? .anotherWriter(path: storePath) : .cannotOpen(path: path, reason: currentSystemError())
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }
}

/// The text of `errno`.
func currentSystemError() -> String {
    guard let text = unsafe strerror(errno) else { return "error \(errno)" }
    return unsafe String(cString: text)
}
