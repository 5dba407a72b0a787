// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PacketCapture

/// A copy, in a file without a name, of what can be read once only.
///
/// Unsafe calls here pass memory of ours, with its length, for the time of the call.
final class SpooledFile {
    private let descriptor: Int32
    private let name: String

    init(copying file: InputFile) throws {
        name = file.name
        let folder = Environment.variable("TMPDIR") ?? "/tmp"
        var path = Array("\(folder)/weir-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { throw CaptureError.cannotOpen(file: "a temporary file in \(folder)", code: errno) }
        unsafe unlink(path)
        while case let octets = try file.read(atMost: 1 << 18), !octets.isEmpty {
            let code = Output.write(octets, to: descriptor)
            guard code == 0 else { throw CaptureError.cannotOpen(file: "a temporary file in \(folder)", code: code) }
        }
    }

    deinit { close(descriptor) }

    /// The copy from its beginning. One at a time: they share a position.
    func open() throws -> InputFile {
        lseek(descriptor, 0, SEEK_SET)
        return try InputFile(descriptor: dup(descriptor), name: name)
    }
}
