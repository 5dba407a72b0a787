// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How far something is that goes in steps, on standard error if that is a terminal.
struct StepProgress {
    private let isWatched = Environment.isTerminal(STDERR_FILENO)
    private var shown: Int64 = 0

    mutating func show(_ done: Int64, of all: Int64) {
        guard isWatched, all > 0, case let percent = min(done * 100 / all, 100), percent > shown else { return }
        shown = percent
        Output.write(Array("\r\(percent) % ".utf8), to: STDERR_FILENO)
    }

    func end() {
        if shown > 0 { Output.write(Array("\r      \r".utf8), to: STDERR_FILENO) }
    }
}
