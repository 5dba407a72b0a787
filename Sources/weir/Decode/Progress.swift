// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PacketCapture

/// How far a large file was read, on standard error if that is a terminal.
struct Progress {
    private var size: Int?
    private var position = 0
    private var shown = 0

    private static let largeFile = 64 << 20

    mutating func begin(_ input: InputFile) {
        size = Environment.isTerminal(STDERR_FILENO) ? input.size.flatMap { $0 >= Self.largeFile ? $0 : nil } : nil
        position = 0
        shown = 0
    }

    mutating func advance(by octets: Int) { reach(position + octets) }

    mutating func reach(_ position: Int) {
        self.position = position
        guard let size, case let percent = position * 100 / size, percent > shown else { return }
        shown = percent
        Output.write(Array("\r\(min(percent, 100)) % ".utf8), to: STDERR_FILENO)
    }

    func end() {
        if shown > 0 { Output.write(Array("\r      \r".utf8), to: STDERR_FILENO) }
    }
}
