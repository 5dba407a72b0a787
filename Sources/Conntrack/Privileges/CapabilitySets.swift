// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The capabilities of a thread, as its `status` file in /proc tells them.
struct CapabilitySets: Hashable {
    let effective: UInt64
    let permitted: UInt64

    /// Nil when a line is missing.
    init?(status text: String) {
        var sets: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].hasPrefix("Cap") else { continue }
            sets[parts[0]] = UInt64(parts[1].drop { $0 == "\t" || $0 == " " }, radix: 16)
        }
        guard let effective = sets["CapEff"], let permitted = sets["CapPrm"] else { return nil }
        self.effective = effective
        self.permitted = permitted
    }

    /// - Parameter thread: `thread-self`, or `self/task/ID`.
    static func ofThread(_ thread: String) -> CapabilitySets? {
        readText("/proc/\(thread)/status").flatMap { CapabilitySets(status: $0) }
    }

    /// Threads that end meanwhile are left out.
    static func ofAllThreads() -> [CapabilitySets] {
        threadIDs().compactMap { ofThread("self/task/\($0)") }
    }

    private static func threadIDs() -> [String] {
        // Safe in this function: the directory is closed after the last entry was read, and a name ends with a zero and is copied
        // before the next entry is read.
        guard let directory = unsafe opendir("/proc/self/task") else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if Int(name) != nil { names.append(name) }
        }
        return names
    }

    private static func readText(_ path: String) -> String? {
        // Safe in this function: Swift ends the path with a zero, and a buffer goes with its own length, for the time of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let length = retrying { unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) } }
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }
}
