// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The file in which a daemon of Open vSwitch leaves its process id: decimal text and a newline.
struct ProcessIdentifierFile {
    let path: String

    func read() throws(OpenVSwitchError) -> Int32 {
        // open(2) copies the path before it returns.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .daemonNotFound(pidFile: path, cause: UnixSocket.cause(errno)) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 32)
        // The kernel writes at most the count it is given, which is the array's.
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress!, $0.count) }
        guard count >= 0 else { throw .daemonNotFound(pidFile: path, cause: UnixSocket.cause(errno)) }
        let text = String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let identifier = Int32(text), identifier > 0 else {
            throw .daemonNotFound(pidFile: path, cause: "the file holds no process id; the daemon may be starting")
        }
        return identifier
    }
}
