// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The directory of one collector's spool, locked while it is used: segments, named by a number that says their order.
///
/// Blocking calls throughout. What is written is not forced to the disk: it survives the end of the program, however it ends, and after a loss
/// of power what the system had not written yet is missing.
struct SpoolDirectory: Sendable {
    private static let suffix = ".ipfix"
    private static let digits = 16

    let path: String
    private let lock: Descriptor

    /// Makes the directory, its parents too, for this user alone.
    init(path: String) throws(SpoolError) {
        self.path = path
        try Self.make(path)
        do throws(SystemError) {
            lock = try Descriptor(Self.result(of: unsafe open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)))
        } catch {
            throw .unusable(directory: path, reason: "\(error)")
        }
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(directory: path) }
    }

    private static func make(_ path: String) throws(SpoolError) {
        var parent = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            parent += parent.isEmpty || parent == "/" ? part : "/\(part)"
            guard unsafe mkdir(parent, 0o700) != 0, errno != EEXIST else { continue }
            throw .unusable(directory: path, reason: "\(parent): \(SystemError(code: errno))")
        }
    }

    /// The numbers of the segments that are there, oldest first.
    func segments() throws(SpoolError) -> [UInt64] {
        guard let directory = unsafe opendir(path) else { throw .unusable(directory: path, reason: SystemError(code: errno).description) }
        defer { unsafe closedir(directory) }
        var numbers: [UInt64] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                // The kernel ends the name with a zero inside the field.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let number = Self.number(of: name) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    /// What is wrong with a file of another name is not this spool's affair.
    private static func number(of name: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == digits + suffix.utf8.count else { return nil }
        return UInt64(name.dropLast(suffix.utf8.count), radix: 16)
    }

    func path(of number: UInt64) -> String {
        let text = String(number, radix: 16)
        return "\(path)/\(String(repeating: "0", count: Self.digits - text.utf8.count))\(text)\(Self.suffix)"
    }

    /// An empty segment, to be written.
    func create(_ number: UInt64) throws(SpoolError) -> Descriptor {
        do throws(SystemError) {
            return try Descriptor(Self.result(of: unsafe open(path(of: number), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)))
        } catch {
            throw .notWritten(path: path(of: number), reason: "\(error)")
        }
    }

    /// Writes at an offset, which is the end; after an error the segment ends there again.
    func write(_ octets: [UInt8], to file: Descriptor, _ number: UInt64, at offset: Int) throws(SpoolError) {
        var written = 0
        while written < octets.count {
            // The kernel reads within the array, which is not empty and lives until the call returns.
            let count = unsafe octets.withUnsafeBytes {
                unsafe pwrite(file.number, $0.baseAddress! + written, octets.count - written, off_t(offset + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = SystemError(code: count < 0 ? errno : ENOSPC).description
                // If even this fails, the torn entry is found and counted when the segment is read.
                _ = ftruncate(file.number, off_t(offset))
                throw .notWritten(path: path(of: number), reason: reason)
            }
            written += count
        }
    }

    /// A segment's octets, at most so many; fewer, or none, when it cannot be read.
    func read(_ number: UInt64, limit: Int) -> [UInt8] {
        guard let file = try? Descriptor(Self.result(of: unsafe open(path(of: number), O_RDONLY | O_CLOEXEC))) else { return [] }
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { return [] }
        var octets = [UInt8](repeating: 0, count: min(limit, Int(status.st_size)))
        var length = 0
        while length < octets.count {
            // The kernel writes within the array.
            let count = unsafe octets.withUnsafeMutableBytes { unsafe Glibc.read(file.number, $0.baseAddress! + length, $0.count - length) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            length += count
        }
        octets.removeLast(octets.count - length)
        return octets
    }

    /// One that cannot be removed is read again at the next start, which changes nothing.
    func remove(_ number: UInt64) {
        // The path is a string without zeros, which Swift hands over as C wants it.
        _ = unsafe unlink(path(of: number))
    }

    private static func result(of descriptor: Int32) -> Int32 { descriptor < 0 ? -errno : descriptor }
}
