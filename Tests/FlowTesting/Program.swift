// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A program of this package, run to its end as a user would: with arguments, an environment, an input, and what it wrote.
///
/// Output goes to unlinked temporary files, so that a program that writes much cannot wait for a reader. Unsafe calls here pass memory
/// of ours for the time of the call only; the argument lists are made with `strdup` and freed after the spawn.
public struct Program: Sendable {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// The executable of this name beside the running tests.
    public static func built(_ name: String) throws -> Program {
        var folders = CommandLine.arguments.map(folder(of:))
        var target = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/exe", &target, target.count)
        if length > 0 {
            folders.insert(folder(of: String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)), at: 0)
        }
        for folder in folders where unsafe access("\(folder)/\(name)", X_OK) == 0 { return Program(path: "\(folder)/\(name)") }
        throw Failure(what: "there is no \(name) in \(folders.first ?? "?")", code: ENOENT)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    public struct Outcome: Sendable, Hashable {
        /// What the program exited with, or 128 and the signal that ended it, as shells say it.
        public let status: Int32
        public let output: String
        public let errors: String
    }

    public struct Failure: Error, CustomStringConvertible {
        let what: String
        let code: Int32

        public init(what: String, code: Int32) {
            self.what = what
            self.code = code
        }

        public var description: String { "\(what): \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "\(code)")" }
    }

    /// Runs the program and waits for its end.
    ///
    /// - Parameters:
    ///   - environment: all that the program gets besides `PATH`, `HOME`, `LD_LIBRARY_PATH` and the sanitizers' options.
    ///   - folder: where it runs; nil for where the tests do.
    public func run(_ arguments: [String] = [], environment: [String: String] = [:], input: String = "", in folder: String? = nil) throws
        -> Outcome
    {
        let streams = try [input, "", ""].map { try TemporaryStream($0) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, stream) in streams.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, stream.descriptor, Int32(descriptor))
        }

        var process: pid_t = 0
        // The system's own call to change the folder of a child is hidden from Swift.
        let command = folder.map { ["/usr/bin/env", "-C", $0, path] } ?? [path]
        let code = unsafe withCStrings(command + arguments) { argumentList in
            unsafe withCStrings(Self.variables(environment)) { environmentList in
                unsafe posix_spawn(&process, command[0], &actions, nil, argumentList, environmentList)
            }
        }
        guard code == 0 else { throw Failure(what: "cannot start \(path)", code: code) }
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(what: "cannot wait for \(path)", code: errno) }
        }
        let signal = status & 0x7F
        return Outcome(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, output: streams[1].text, errors: streams[2].text)
    }

    private static func variables(_ environment: [String: String]) -> [String] {
        var all = environment
        for name in ["PATH", "HOME", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] where all[name] == nil {
            if let value = unsafe getenv(name) { all[name] = unsafe String(cString: value) }
        }
        return all.map { "\($0.key)=\($0.value)" }.sorted()
    }
}

/// A file without a name, positioned at its beginning.
private final class TemporaryStream {
    let descriptor: Int32

    init(_ text: String) throws {
        var name = Array("/tmp/weir-stream-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&name)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw Program.Failure(what: "no temporary file", code: errno)
        }
        unsafe unlink(name)
        var octets = Array(text.utf8)
        guard unsafe write(descriptor, &octets, octets.count) == octets.count, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw Program.Failure(what: "cannot write a temporary file", code: errno)
        }
    }

    deinit { close(descriptor) }

    /// All of the file, repaired where it is not UTF-8.
    var text: String {
        let length = Int(lseek(descriptor, 0, SEEK_END))
        var octets = [UInt8](repeating: 0, count: max(length, 0))
        let count = unsafe pread(descriptor, &octets, octets.count, 0)
        return String(decoding: octets.prefix(max(count, 0)), as: UTF8.self)
    }
}

/// A NULL-terminated list of C strings for the time of a call.
private func withCStrings<Value>(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value) -> Value {
    var list = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe list.forEach { unsafe free($0) } }
    return unsafe list.withUnsafeMutableBufferPointer { unsafe body(UnsafePointer($0.baseAddress!)) }
}
