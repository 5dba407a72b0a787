// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A program started by this one, its output and its log in files.
///
/// The unsafe calls pass memory of ours for the time of the call; argument lists are made with `strdup` and freed after the spawn.
struct ChildProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let what: String
        let code: Int32

        var description: String { "\(what): \(unsafe String(cString: strerror(code)))" }
    }

    let path: String
    let log: String
    private let identifier: pid_t

    /// - Parameters:
    ///   - log: the file that the child's standard error goes to, made anew.
    ///   - output: the file that its standard output goes to; nil for this program's own.
    init(_ path: String, _ arguments: [String], log: String, output: String? = nil) throws(Failure) {
        self.path = path
        self.log = log
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, flags, 0o600)
        if let output { unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600) }
        var identifier: pid_t = 0
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        let code = unsafe posix_spawn(&identifier, path, &actions, nil, &words, environ)
        guard code == 0 else { throw Failure(what: "cannot start \(path)", code: code) }
        self.identifier = identifier
    }

    /// The exit status, or 128 and the signal that ended it; nil when it has not ended within `limit`.
    func wait(atMost limit: Duration) -> Int32? {
        let deadline = ContinuousClock.now + limit
        while true {
            var status: Int32 = 0
            let ended = unsafe waitpid(identifier, &status, WNOHANG)
            if ended == identifier { return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F) }
            if ended < 0, errno != EINTR || ContinuousClock.now > deadline { return nil }
            if ended == 0, ContinuousClock.now > deadline { return nil }
            usleep(2000)
        }
    }

    func send(_ signal: Int32) { _ = kill(identifier, signal) }

    var logText: String { (try? TextFile.read(log)) ?? "" }

    /// Waits until a line of the log contains `sign`, and returns it; nil when the child ends or `limit` passes before.
    func line(containing sign: String, within limit: Duration) -> String? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let line = logText.split(separator: "\n").first(where: { $0.contains(sign) }) { return String(line) }
            if kill(identifier, 0) != 0 { return nil }
            usleep(2000)
        }
        return nil
    }
}

/// A whole file as text.
enum TextFile {
    static func read(_ path: String) throws(ChildProcess.Failure) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ChildProcess.Failure(what: "cannot read \(path)", code: errno) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ChildProcess.Failure(what: "cannot read \(path)", code: errno) }
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += chunk[..<count]
        }
    }
}
