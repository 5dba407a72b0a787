// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The stream for messages to people, written without a buffer.
public enum StandardError {
    /// One call of the system a line, so that lines of several threads do not mix. What cannot be written is lost.
    public static func write(_ text: String) {
        let octets = Array(text.utf8)
        var written = 0
        while written < octets.count {
            // The kernel reads within the array, which lives until the call returns.
            let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress! + written, $0.count - written) }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                return
            }
        }
    }
}
