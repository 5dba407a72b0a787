// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX

/// What the program asks of the world around it.
enum Environment {
    /// A variable that is set and not empty.
    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    static var now: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// How many characters fit on a line of the answer: `COLUMNS`, else the terminal's width; nil where the answer goes to a file or a
    /// program, which should get all of it.
    static var lineWidth: Int? {
        if let columns = variable("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        var size = winsize()
        guard isTerminal(STDOUT_FILENO), unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// All of standard input, up to a limit.
    static func standardInput(atMost limit: Int) -> String? {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while octets.count <= limit {
            let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? String(decoding: octets, as: UTF8.self) : nil }
            octets += buffer.prefix(count)
        }
        return nil
    }
}
