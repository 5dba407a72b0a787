// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Logging
import Synchronization
import Testing

struct LogFormatTests {
    private let lines = Lines()

    private func logger(level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { [lines] _ in
            LogFormat(level: level, clock: { Timestamp(milliseconds: 1_800_000_000_250) }, write: { lines.append($0) })
        }
    }

    @Test("an event is one line with time, level, message and sorted metadata")
    func line() {
        logger().warning("session closed", metadata: ["reason": "closed by the peer", "peer": "tcp://192.0.2.1:4739", "empty": ""])
        #expect(
            lines.all == [
                "2027-01-15T08:00:00.250Z warning session closed empty=\"\" peer=tcp://192.0.2.1:4739 reason=\"closed by the peer\"\n"
            ])
    }

    @Test("text from outside cannot start a line, command a terminal or forge a key")
    func injection() {
        logger().error(
            "bad\nname",
            metadata: ["name": "x\r\n2027 error forged\u{1B}[2J\u{9B}\u{2028}\u{202E}", "pod": "a\" level=\"info", "k\ney": "\\"])
        let line = lines.all[0]
        #expect(
            line == "2027-01-15T08:00:00.250Z error bad\\nname k\\ney=\\\\ "
                + "name=\"x\\r\\n2027 error forged\\u{1b}[2J\\u{9b}\\u{2028}\\u{202e}\" pod=\"a\\\" level=\\\"info\"\n")
    }

    @Test("no scalar below 0x20 survives, nor DEL, nor C1")
    func exhaustive() {
        for value in Array(0..<0x20) + Array(0x7F...0x9F) {
            let text = LogText.escaped("a" + String(UnicodeScalar(UInt8(value))))
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F }, "scalar \(value)")
        }
        #expect(LogText.escaped("Grüße, 日本") == "Grüße, 日本")
    }

    @Test("the event's metadata wins over the logger's, and levels below the chosen one are silent")
    func mergesAndFilters() {
        var logger = logger(level: .warning)
        logger[metadataKey: "part"] = "own"
        logger.info("not seen")
        logger.warning("seen")
        logger.warning("seen", metadata: ["part": "event"])
        #expect(lines.all.map { $0.dropFirst(25) } == ["warning seen part=own\n", "warning seen part=event\n"])
    }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}
