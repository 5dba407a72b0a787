// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder of one test, removed with it.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/weir-certificates-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["ca.crt", "ca.key", "own.crt", "own.key", "other.crt", "other.key"] { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
        let file = "\(path)/\(name)"
        _ = unsafe unlink(file)
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL, mode)
        precondition(descriptor >= 0, "cannot write \(file)")
        fchmod(descriptor, mode)
        let octets = Array(text.utf8)
        precondition(unsafe Glibc.write(descriptor, octets, octets.count) == octets.count, "cannot write \(file)")
        close(descriptor)
        return file
    }
}
