// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PacketCapture

/// The statements of this and earlier prompts, the latest last; in `$XDG_STATE_HOME/weir/sql_history`, else under `~/.local/state`.
///
/// A statement that begins with a space is not kept, nor one with a text of several lines. Where the file cannot be read or written there is none: a prompt without a history
/// is better than no prompt.
struct SQLHistory {
    static let capacity = 1000

    private(set) var entries: [String] = []
    private let path: String?

    init(path: String? = SQLHistory.standardPath) {
        self.path = path
        guard let path, let file = try? InputFile(path: path) else { return }
        var lines = LineReader(file)
        while let line = try? lines.next() {
            if let octets = line.octets, !octets.isEmpty { entries.append(String(decoding: octets, as: UTF8.self)) }
        }
        entries = entries.suffix(Self.capacity)
    }

    mutating func append(_ line: String) {
        guard !line.hasPrefix(" "), entries.last != line else { return }
        entries.append(line)
        if entries.count > Self.capacity { entries.removeFirst() }
    }

    /// Unsafe calls pass paths for the time of the call.
    func save() {
        guard let path else { return }
        for folder in Self.folders(of: path) { unsafe mkdir(folder, 0o700) }
        let partial = path + ".partial"
        let descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let code = Output.write(Array(entries.map { $0 + "\n" }.joined().utf8), to: descriptor)
        close(descriptor)
        if code == 0 { unsafe rename(partial, path) } else { unsafe unlink(partial) }
    }

    private static let standardPath: String? = {
        let state = Environment.variable("XDG_STATE_HOME") ?? Environment.variable("HOME").map { $0 + "/.local/state" }
        return state.map { $0 + "/weir/sql_history" }
    }()

    /// Every folder above a file, the outermost first.
    private static func folders(of path: String) -> [String] {
        let parts = path.split(separator: "/").dropLast()
        return parts.indices.map { (path.hasPrefix("/") ? "/" : "") + parts[...$0].joined(separator: "/") }
    }
}
