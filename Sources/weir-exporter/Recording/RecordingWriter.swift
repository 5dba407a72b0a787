// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Glibc
import Logging

/// Appends observations to `DIR/NODE/recording.txt`, for its owner only: it says who talked to whom.
/// A recording that cannot be written is given up with a log line; metering goes on. Used by one thread.
final class RecordingWriter {
    private var descriptor: Int32
    private let logger: Logger

    static let fileName = "recording.txt"

    /// Begins a new file, in place of an older one.
    ///
    /// - Throws: when the directory or file cannot be made.
    init(directory: String, nodeName: String, logger: Logger) throws(RecordingError) {
        let folder = "\(directory)/\(nodeName)"
        for path in [directory, folder] where unsafe mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw .cannotWrite(path: path, reason: Self.errorText())
        }
        let path = "\(folder)/\(Self.fileName)"
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: Self.errorText()) }
        self.descriptor = descriptor
        self.logger = logger
        write("\(RecordingText.magic) \(nodeName)\n")
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func append(_ observation: Observation) {
        write(RecordingText.lines(of: observation).joined(separator: "\n") + "\n")
    }

    private func write(_ text: String) {
        guard descriptor >= 0 else { return }
        var octets = Array(text.utf8)[...]
        while !octets.isEmpty {
            let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                logger.error("recording given up", metadata: ["cause": "\(Self.errorText())"])
                close(descriptor)
                descriptor = -1
                return
            }
            octets = octets.dropFirst(count)
        }
    }

    private static func errorText() -> String { unsafe String(cString: strerror(errno)) }
}

enum RecordingError: Error, CustomStringConvertible, CannotStart {
    case cannotWrite(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    case malformed(path: String, line: Int, reason: String)

    var description: String {
        switch self {
        case .cannotWrite(let path, let reason): "cannot record into \(path): \(reason); choose a directory that can be written"
        case .cannotRead(let path, let reason):
            "cannot read the recording \(path): \(reason); name the directory that --record made for one node"
        case .malformed(let path, let line, let reason): "\(path):\(line): \(reason); was it made by --record?"
        }
    }
}
