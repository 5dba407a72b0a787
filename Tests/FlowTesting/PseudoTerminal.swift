// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A program that runs on a terminal of its own, as if somebody sat there: what it shows can be waited for, and keys be pressed.
///
/// Unsafe calls here pass memory of ours for the time of the call; the argument lists are made with `strdup` and live until the process ends.
public final class PseudoTerminal {
    private let descriptor: Int32
    private let process: pid_t
    /// All that was shown so far.
    public private(set) var screen = ""
    private var octets: [UInt8] = []

    /// `TIOCSPTLCK`, `TIOCGPTN` and `POSIX_SPAWN_SETSID`, of macros that Swift does not import.
    private static let lockRequest: UInt = 0x4004_5431
    private static let numberRequest: UInt = 0x8004_5430
    private static let newSession: Int16 = 0x80

    private static let patienceInMilliseconds: Int32 = 20_000

    public init(_ program: Program, _ arguments: [String], environment: [String: String]) throws {
        // What unlockpt and ptsname do (pty(7)); Swift does not see those.
        let descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, Int32) = (0, 0)
        guard descriptor >= 0, unsafe ioctl(descriptor, Self.lockRequest, &lock) == 0,
            unsafe ioctl(descriptor, Self.numberRequest, &number) == 0
        else { throw Program.Failure(what: "no pseudo-terminal", code: errno) }
        let name = "/dev/pts/\(number)"
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens becomes its controlling one.
        unsafe posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The threads that tests run on hold back signals, which a program inherits.
        var nothing = sigset_t()
        unsafe sigemptyset(&nothing)
        unsafe posix_spawnattr_setsigmask(&attributes, &nothing)
        unsafe posix_spawnattr_setflags(&attributes, Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK))
        var variables = environment
        for name in ["PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] where variables[name] == nil {
            if let value = unsafe getenv(name) { variables[name] = unsafe String(cString: value) }
        }
        var argumentList = unsafe ([program.path] + arguments).map { unsafe strdup($0) } + [nil]
        var environmentList = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (argumentList + environmentList).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(&process, program.path, &actions, &attributes, &argumentList, &environmentList)
        guard code == 0 else { throw Program.Failure(what: "cannot start \(program.path)", code: code) }
        self.descriptor = descriptor
        self.process = process
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        close(descriptor)
    }

    public func press(_ text: String) throws {
        var octets = Array(text.utf8)
        guard unsafe write(descriptor, &octets, octets.count) == octets.count else {
            throw Program.Failure(what: "the terminal takes no keys", code: errno)
        }
    }

    /// Waits until a text is shown, and forgets what was shown up to its end.
    ///
    /// - Returns: what was shown before it.
    @discardableResult
    public func expect(_ text: String) throws -> String {
        while true {
            if let found = screen.firstRange(of: text) {
                defer { screen = String(screen[found.upperBound...]) }
                return String(screen[..<found.lowerBound])
            }
            guard readMore() else { throw Program.Failure(what: "'\(text)' was not shown, but: \(screen)", code: ETIMEDOUT) }
        }
    }

    /// Reads to the end of the program.
    ///
    /// - Returns: what it exited with.
    public func end() throws -> Int32 {
        while readMore() {}
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, WNOHANG) == process || waitBriefly(&status) else {
            throw Program.Failure(what: "the program does not end; it shows: \(screen)", code: ETIMEDOUT)
        }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    private func waitBriefly(_ status: inout Int32) -> Bool {
        for _ in 0..<200 {
            if unsafe waitpid(process, &status, WNOHANG) == process { return true }
            usleep(10_000)
        }
        return false
    }

    private func readMore() -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, Self.patienceInMilliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        // Linux says EIO when the other end is closed.
        let count = unsafe read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        octets += buffer.prefix(count)
        // Characters may come in pieces.
        let text = String(decoding: octets, as: UTF8.self)
        if text.last != "\u{FFFD}" || octets.count > 4 {
            screen += text
            octets = []
        }
        return true
    }
}
