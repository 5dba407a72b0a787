// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A directory that goes with the test.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/weir-transport-XXXXXX\0".utf8CString)
        // mkdtemp writes within the array and returns it.
        path = unsafe String(cString: mkdtemp(&template))
    }

    deinit { remove() }

    func make() { _ = unsafe mkdir(path, 0o700) }

    func remove() {
        for name in names { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    /// The names of its files, sorted.
    var names: [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    var segments: [String] { names.filter { $0.hasSuffix(".ipfix") } }

    func read(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen("\(path)/\(name)", "r") else { return [] }
        defer { unsafe fclose(file) }
        var octets = [UInt8](repeating: 0, count: 1 << 24)
        let count = unsafe fread(&octets, 1, octets.count, file)
        return Array(octets[..<count])
    }

    func write(_ octets: [UInt8], to name: String) {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
        defer { unsafe fclose(file) }
        _ = unsafe fwrite(octets, 1, octets.count, file)
    }
}
