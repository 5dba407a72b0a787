// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc

/// Where an export goes: standard output, or a file that has its name only once it is whole.
///
/// Unsafe calls here pass memory of ours, with its length, for the time of the call.
final class ExportTarget {
    private let path: String?
    private let partialPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    private static let bufferSize = 1 << 18

    /// - Parameter isBinary: whether a terminal should not get it.
    init(path: String?, replaces: Bool, isBinary: Bool) throws {
        self.path = path
        partialPath = (path ?? "") + ".partial"
        guard let path else {
            descriptor = STDOUT_FILENO
            if isBinary, Environment.isTerminal(STDOUT_FILENO) {
                throw ValidationError("IPFIX is not for a terminal. Name a file, or send it into a pipe.")
            }
            return
        }
        if !replaces, unsafe access(path, F_OK) == 0 {
            throw ValidationError("\(path) is there already. Name another file, or replace it with --force.")
        }
        descriptor = unsafe open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Output.Failure(code: errno) }
    }

    /// What is not finished leaves no file.
    deinit {
        guard path != nil, descriptor >= 0 else { return }
        close(descriptor)
        unsafe unlink(partialPath)
    }

    func write(_ octets: [UInt8]) throws {
        buffer += octets
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private func flush() throws {
        let code = Output.write(buffer, to: descriptor)
        guard code == 0 else { throw Output.Failure(code: code) }
        buffer.removeAll(keepingCapacity: true)
    }

    func finish() throws {
        try flush()
        guard let path else { return }
        guard fsync(descriptor) == 0, unsafe rename(partialPath, path) == 0 else { throw Output.Failure(code: errno) }
        close(descriptor)
        descriptor = -1
    }
}
