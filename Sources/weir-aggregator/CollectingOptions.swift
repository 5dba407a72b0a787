// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import IPFIXTransport

/// What collecting may use, and how long others may take.
struct CollectingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Connections over TCP and TLS at a time; one more takes the place of one that has brought no message (default: 1024).",
            valueName: "COUNT"))
    var sessions: Int?

    @Option(
        help: ArgumentHelp("Peers over UDP and DTLS at a time; datagrams of one more are dropped (default: 4096).", valueName: "COUNT"))
    var datagramSessions: Int?

    @Option(
        help: ArgumentHelp(
            "Silence after which a session is ended, and a peer over UDP forgotten with its templates (default: 30m).",
            valueName: "DURATION"), transform: DurationText.parse)
    var sessionTimeout: Duration?

    @Option(
        help: ArgumentHelp("How long a message may take from its first octet to its last (default: 60s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var messageTimeout: Duration?

    @Option(
        help: ArgumentHelp("How long a handshake of TLS or DTLS may take (default: 10s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var handshakeTimeout: Duration?

    @Option(
        help: ArgumentHelp("Handshakes of DTLS at a time; one more takes the place of the oldest (default: 256).", valueName: "COUNT"))
    var handshakes: Int?

    @Option(
        help: ArgumentHelp(
            "Receive buffer of each UDP socket; what the kernel grants is told at the start (default: 32MiB).", valueName: "SIZE"))
    var receiveBuffer: String?
}

extension CollectingLimits {
    private static let counts = 1...1_000_000
    private static let sessionTimeouts = Duration.seconds(1)...(.seconds(86_400))
    private static let timeouts = Duration.seconds(1)...(.seconds(600))
    private static let buffers = 65_536...1 << 30

    /// Command line and file together, checked.
    init(_ options: CollectingOptions, _ file: ConfigurationFile?, _ reader: inout SettingReader) {
        self.init()
        let usual = self
        func count(_ argument: Int?, _ key: String, _ usual: Int) -> Int {
            Self.checked(argument, file?.integer(key, in: Self.counts), key, in: Self.counts, &reader) ?? usual
        }
        func time(_ argument: Duration?, _ key: String, in range: ClosedRange<Duration>, _ usual: Duration) -> Duration {
            let inFile = file?.duration(key, in: range)
            guard let argument, !range.contains(argument) else { return argument ?? inFile ?? usual }
            let bounds = "\(DurationText.text(for: range.lowerBound)) to \(DurationText.text(for: range.upperBound))"
            reader.reject(key, "\(DurationText.text(for: argument)) is out of range", remedy: "write \(bounds)")
            return usual
        }
        connections = count(options.sessions, "sessions", usual.connections)
        datagramPeers = count(options.datagramSessions, "datagram-sessions", usual.datagramPeers)
        handshakes = count(options.handshakes, "handshakes", usual.handshakes)
        datagramIdleTime = time(options.sessionTimeout, "session-timeout", in: Self.sessionTimeouts, usual.datagramIdleTime)
        // An exporter with something to say connects again.
        connectionIdleTime = datagramIdleTime
        messageTime = time(options.messageTimeout, "message-timeout", in: Self.timeouts, usual.messageTime)
        handshakeTime = time(options.handshakeTimeout, "handshake-timeout", in: Self.timeouts, usual.handshakeTime)
        let buffer = reader.text(options.receiveBuffer, "receive-buffer")
        receiveBuffer =
            reader.parsed(buffer, "receive-buffer", "write a size from 64KiB to 1GiB, such as 32MiB") { text in
                SizeText.parse(text).flatMap { Self.buffers.contains($0) ? $0 : nil }
            } ?? usual.receiveBuffer
    }

    private static func checked(
        _ argument: Int?, _ inFile: Int?, _ key: String, in range: ClosedRange<Int>, _ reader: inout SettingReader
    ) -> Int? {
        guard let argument, !range.contains(argument) else { return argument ?? inFile }
        reader.reject(key, "\(argument) is out of range", remedy: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}
