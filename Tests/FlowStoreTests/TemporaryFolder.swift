// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder for one test, removed with all that is in it when the test lets go of it. Flat: no folders inside.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/weir-store-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func file(_ name: String) -> String { path + "/" + name }

    var files: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    deinit {
        for name in files { unsafe unlink(file(name)) }
        unsafe rmdir(path)
    }
}

/// Writes a file of a test.
func write(_ text: String, to path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0, "cannot write \(path)")
    var octets = Array(text.utf8)
    precondition(unsafe Glibc.write(descriptor, &octets, octets.count) == octets.count)
    close(descriptor)
}

func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return count == 0 ? String(decoding: text, as: UTF8.self) : nil }
        text += buffer.prefix(count)
    }
}
