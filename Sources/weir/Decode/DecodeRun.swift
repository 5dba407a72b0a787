// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import PacketCapture

/// Takes sets of records, in the order in which they can be read.
protocol RecordWriter {
    mutating func write(_ set: DecodedSet) throws
}

/// Decodes files, one after another, into a writer.
struct DecodeRun {
    private(set) var sessions: SessionBook
    var findings: DecodeFindings
    /// Of all captures; nil while none was read.
    private(set) var capture: CaptureStatistics?
    private let settings: DecodeSettings
    private var progress: Progress

    init(_ settings: DecodeSettings, knownTemplates: [UInt8] = [], findings: DecodeFindings = DecodeFindings()) {
        self.settings = settings
        self.findings = findings
        sessions = SessionBook(registry: settings.registry, knownTemplates: knownTemplates)
        progress = Progress()
    }

    /// - Throws: when the file cannot be read at all, or what `writer` throws. Damage is a finding.
    mutating func read(_ input: InputFile, into writer: inout some RecordWriter) throws {
        progress.begin(input)
        defer { progress.end() }
        let beginning = input.beginning(4)
        guard !beginning.starts(with: [0x1F, 0x8B]) else {
            throw CaptureError.notACapture(file: input.name, reason: "it is compressed; write: gunzip -c FILE | weir decode -")
        }
        if CaptureFile.recognizes(beginning) {
            try read(capture: input, into: &writer)
        } else {
            try read(messages: input, into: &writer)
        }
    }

    /// Whether anything was malformed or is missing.
    var isComplete: Bool {
        let statistics = sessions.statistics
        return statistics.malformed.total == 0 && Missing(statistics).isNothing && findings.messagesCut == 0 && findings.octetsSkipped == 0
            && findings.octetsMissing == 0 && findings.filesDamaged == 0 && findings.filesWithoutMessages == 0
    }
}

// Captures.
extension DecodeRun {
    private mutating func read(capture input: InputFile, into writer: inout some RecordWriter) throws {
        let file = try CaptureFile(input)
        if case .other(let number) = file.linkType {
            findings.damaged("\(file.name): frames of link type \(number) cannot be read; Ethernet, Linux cooked, raw IP and loopback can")
        }
        var messages = MessageCapture(rule: PortRule(ports: settings.ports))
        var frame = Frame.empty
        while try isRead(&frame, of: file) {
            messages.receive(frame)
            progress.advance(by: frame.octets.count + 16)
            try take(messages.takeEvents(), of: file.name, into: &writer)
        }
        messages.finish()
        try take(messages.takeEvents(), of: file.name, into: &writer)
        let statistics = messages.statistics
        if statistics.datagramsTaken == 0, statistics.streamsTaken == 0 { findings.noMessages(in: file.name) }
        capture = (capture ?? CaptureStatistics()) + statistics
    }

    private mutating func isRead(_ frame: inout Frame, of file: CaptureFile) throws -> Bool {
        do throws(CaptureError) {
            return try file.read(into: &frame)
        } catch {
            findings.damaged("\(error)")
            return false
        }
    }

    private mutating func take(_ events: [CaptureEvent], of file: String, into writer: inout some RecordWriter) throws {
        for event in events {
            switch event {
            case .message(let message):
                try decode(
                    message.octets, from: .captured(message.session), at: message.time, into: &writer,
                    place: { Self.place(file, message.packet, message.session) })
            case .cut(let session, let packet, let octets, let expected):
                findings.cut(octets: octets, expected: expected, at: Self.place(file, packet, session))
            case .gap(let session, let packet, let octets):
                findings.gap(octets: octets, at: Self.place(file, packet, session))
            case .skipped(let session, let packet, let octets):
                findings.skipped(octets: octets, at: Self.place(file, packet, session))
            case .ended: break
            }
        }
    }

    private static func place(_ file: String, _ packet: Int, _ session: CapturedSession) -> String {
        "\(file), packet \(packet), \(session)"
    }
}

// Files of messages.
extension DecodeRun {
    private mutating func read(messages input: InputFile, into writer: inout some RecordWriter) throws {
        var file = MessageFile(input)
        var messages = 0
        /// Octets before the first Message; in a file without any they only say that it is of another kind.
        var beginning: Int?
        while let event = try file.next() {
            progress.reach(file.position)
            if let octets = beginning { findings.skipped(octets: octets, at: "\(input.name), offset 0") }
            beginning = nil
            switch event {
            case .message(let octets, let offset):
                messages += 1
                try decode(
                    octets, from: .file(input.name), at: Self.exportTime(of: octets), into: &writer,
                    place: { "\(input.name), message at offset \(offset)" })
            case .skipped(let octets, let offset):
                if messages == 0 {
                    beginning = octets
                } else {
                    findings.skipped(octets: octets, at: "\(input.name), offset \(offset)")
                }
            case .cut(let octets, let expected, let offset):
                messages += 1
                findings.cut(octets: octets, expected: expected, at: "\(input.name), message at offset \(offset)")
            }
        }
        guard messages > 0 else { throw CaptureError.notACapture(file: input.name, reason: "it holds no IPFIX message either") }
    }

    /// A file says nothing of when its Messages came, so that they came when they were sent.
    private static func exportTime(of octets: [UInt8]) -> Timestamp {
        let offset = octets.starts(with: [0, 9]) ? 8 : 4
        return Timestamp(seconds: octets.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 | Int64($1) })
    }

    private mutating func decode(
        _ octets: [UInt8], from session: SessionName, at time: Timestamp, into writer: inout some RecordWriter, place: () -> String
    ) throws {
        let sets: [DecodedSet]
        do throws(MessageError) {
            sets = try sessions.decode(octets, from: session, at: time)
        } catch {
            findings.malformed(error, at: place())
            return
        }
        for set in sets where settings.includesOptions || !set.template.isOptionsTemplate { try writer.write(set) }
    }
}
