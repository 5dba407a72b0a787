// SPDX-License-Identifier: Apache-2.0

import CSocket
import Glibc

/// The owner of a file descriptor, which is closed with the last reference.
final class Descriptor: Sendable {
    let number: Int32

    /// - Parameter result: what a CSocket function returned, a descriptor or a negative errno.
    init(_ result: Int32) throws(SystemError) {
        guard result >= 0 else { throw SystemError(code: -result) }
        number = result
    }

    deinit {
        close(number)
    }
}
