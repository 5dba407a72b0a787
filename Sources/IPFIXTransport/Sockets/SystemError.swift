// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An errno with its text.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let code: Int32

    var description: String {
        // strerror never returns NULL, and the text stays valid until this thread asks again.
        unsafe String(cString: strerror(code))
    }
}
