// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Reads lines from a terminal, with editing, a history and completion; from a dumb one as the terminal itself does it.
///
/// The terminal is raw only while a line is read, so that what runs in between can be interrupted. Unsafe calls here pass values of ours for
/// the time of the call.
struct LineEditor {
    enum Outcome: Equatable {
        case line(String)
        /// Ctrl-C: what was typed is dropped.
        case cancelled
        case end
    }

    /// Earlier lines, the latest last.
    var history: [String]
    /// What Tab completes, in order.
    private let words: [String]
    private var keys = KeyParser()

    init(words: [String], history: [String]) {
        self.words = words
        self.history = history
    }

    mutating func readLine(prompt: String) -> Outcome {
        guard let terminal = RawTerminal() else { return readPlainLine(prompt: prompt) }
        defer { terminal.restore() }
        var edit = LineEdit(prompt: prompt, history: history, words: words)
        show(edit.drawing(width: Environment.terminalWidth))
        while let octet = Environment.octetOfStandardInput() {
            guard let key = keys.consume(octet) else { continue }
            if let outcome = edit.apply(key) {
                show("\r\n")
                return outcome
            }
            if let list = edit.takeCandidates() { show("\r\n\(list)\r\n") }
            show(edit.drawing(width: Environment.terminalWidth))
        }
        return .end
    }

    private func readPlainLine(prompt: String) -> Outcome {
        show(prompt)
        guard let line = Swift.readLine() else { return .end }
        return .line(line)
    }

    /// A prompt is no answer: it goes to where errors go.
    private func show(_ text: String) { Output.write(Array(text.utf8), to: STDERR_FILENO) }
}

/// A terminal that hands over every key as it is pressed.
struct RawTerminal {
    private let before: termios

    /// Nil where keys cannot be had one by one.
    init?() {
        var state = termios()
        guard Environment.variable("TERM") ?? "dumb" != "dumb", unsafe tcgetattr(STDIN_FILENO, &state) == 0 else { return nil }
        before = state
        state.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        state.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
        guard unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &state) == 0 else { return nil }
    }

    func restore() {
        var state = before
        unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &state)
    }
}

extension Environment {
    /// Columns of the terminal that shows the prompt.
    static var terminalWidth: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Nil at its end.
    static func octetOfStandardInput() -> UInt8? {
        var octet: UInt8 = 0
        while true {
            let count = unsafe read(STDIN_FILENO, &octet, 1)
            if count < 0, errno == EINTR { continue }
            return count == 1 ? octet : nil
        }
    }
}
