// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc
import PacketCapture

/// How far a large file has been read, on standard error if that is a terminal.
struct CaptureProgress {
    /// Reading a smaller file is over before anybody asks.
    private static let leastSize = 32 << 20
    private static let width = 40

    private let size: Int
    private let isShown: Bool
    private var shown = -1

    init(_ capture: OpenCapture) {
        size = max(capture.size ?? 0, 1)
        isShown = size >= Self.leastSize && isatty(STDERR_FILENO) == 1
    }

    mutating func note(_ file: CaptureFile) {
        guard isShown, file.frames & 0xFFFF == 0, let position = file.position else { return }
        let percent = min(100, position * 100 / size)
        guard percent != shown else { return }
        shown = percent
        let full = percent * Self.width / 100
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
        StandardError.write("\r[\(bar)] \(percent) %  \(file.frames) frames")
    }

    /// Leaves the line empty for what comes.
    func finish() {
        if shown >= 0 { StandardError.write("\r\u{1B}[K") }
    }
}
