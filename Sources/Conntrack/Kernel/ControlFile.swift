// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file of /proc/sys that holds one whole number.
///
/// The unsafe calls of this file pass a path that Swift ends with a zero, or a buffer with its own length, for the time of the call.
struct ControlFile {
    let path: String

    func read() throws(ConntrackError) -> Int {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused(.read(path: path), errno: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 32)
        let length = retrying { unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) } }
        guard length >= 0 else { throw .refused(.read(path: path), errno: errno) }
        let text = String(decoding: buffer[..<length].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let number = Int(text) else { throw .notANumber(path: path, text: text) }
        return number
    }

    func write(_ number: Int) throws(ConntrackError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused(.write(path: path), errno: errno) }
        defer { close(descriptor) }
        let octets = Array("\(number)\n".utf8)
        let written = retrying { unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) } }
        guard written == octets.count else { throw .refused(.write(path: path), errno: written < 0 ? errno : EIO) }
    }
}
