// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Writes answers to standard output and all else to standard error.
enum Output {
    /// The answer could not be written: a full disk, a closed pipe.
    struct Failure: Error, CustomStringConvertible {
        let code: Int32

        var description: String {
            "the answer could not be written: \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")"
        }
    }

    static func answer(_ octets: [UInt8]) throws {
        let code = write(octets, to: STDOUT_FILENO)
        guard code == 0 else { throw Failure(code: code) }
    }

    static func errorLine(_ text: String) {
        write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes everything.
    ///
    /// - Returns: 0, or `errno`.
    @discardableResult
    static func write(_ octets: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { return errno }
            rest = rest.dropFirst(max(count, 0))
        }
        return 0
    }
}
