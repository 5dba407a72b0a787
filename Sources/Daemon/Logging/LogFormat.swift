// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Logging

/// Writes each event as one line: time in UTC, level, message, `key=value` metadata in the order of the keys.
///
/// `2026-11-23T10:00:00.250Z warning session closed peer=tcp://192.0.2.1:40000 reason="closed by the peer"`
///
/// Whatever came from outside is escaped, so that it can neither start a line nor command a terminal.
public struct LogFormat: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let clock: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a whole line with its newline; standard error by default.
    public init(
        level: Logger.Level, clock: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable (String) -> Void = StandardError.write
    ) {
        logLevel = level
        self.clock = clock
        self.write = write
    }

    /// Makes this the format of every `Logger` made from now on; call once, early in `main`.
    public static func bootstrap(level: Logger.Level, clock: SteadyClock) {
        LoggingSystem.bootstrap { _ in LogFormat(level: level, clock: { clock.now }) }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = "\(clock()) \(event.level) \(LogText.escaped(event.message.description))"
        for (key, value) in merged(with: event).sorted(by: { $0.key < $1.key }) {
            line += " \(LogText.value(key))=\(LogText.value(value.description))"
        }
        write(line + "\n")
    }

    /// The event's own metadata wins over the logger's, and that over the provider's.
    private func merged(with event: LogEvent) -> Logger.Metadata {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        all.merge(event.metadata ?? [:]) { $1 }
        return all
    }
}
