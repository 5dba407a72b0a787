// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Reads a whole file as text. Octets that are not UTF-8 are repaired.
enum FileText {
    static func read(_ path: String, limit: Int) throws(ObjectsFileError) -> String {
        guard let file = unsafe fopen(path, "r") else { throw .unreadable(path: path, reason: errorText()) }
        defer { unsafe fclose(file) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            octets += chunk[..<count]
            guard octets.count <= limit else { throw .tooLarge(path: path, octets: octets.count, limit: limit) }
        }
        // A directory opens, and only reading it fails.
        guard unsafe ferror(file) == 0 else { throw .unreadable(path: path, reason: errorText()) }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func errorText() -> String { unsafe String(cString: strerror(errno)) }
}
