// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// The files of this checkout, read as they are.
enum RepositoryFiles {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    static func text(_ path: String) throws -> String {
        let descriptor = unsafe open("\(root)/\(path)", O_RDONLY)
        guard descriptor >= 0 else { throw Unreadable(path: path) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += chunk[..<count]
        }
    }

    static func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen("\(root)/\(path)", "w") else { throw Unreadable(path: path) }
        defer { unsafe fclose(file) }
        unsafe fputs(text, file)
    }

    /// Paths below a folder whose names end so, in order; build folders are left out.
    static func paths(below folder: String, ending suffix: String) -> [String] {
        guard let directory = unsafe opendir("\(root)/\(folder)") else { return [] }
        defer { unsafe closedir(directory) }
        var paths: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            if unsafe entry.pointee.d_type == UInt8(DT_DIR) {
                paths += self.paths(below: path, ending: suffix)
            } else if name.hasSuffix(suffix) {
                paths.append(path)
            }
        }
        return paths.sorted()
    }

    static var isToUpdateDocuments: Bool { unsafe getenv("WEIR_UPDATE_DOCS") != nil }

    struct Unreadable: Error { let path: String }
}
