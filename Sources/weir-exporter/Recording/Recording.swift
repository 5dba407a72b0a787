// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import OpenVSwitch

/// A recording in memory, read from `DIR/recording.txt`.
struct Recording {
    private(set) var nodeName = ""
    private(set) var observations: [Observation] = []

    private static let maximumLength = 1 << 30

    init(directory: String) throws(RecordingError) {
        let path = "\(directory)/\(RecordingWriter.fileName)"
        try self.init(text: Self.read(path), path: path)
    }

    /// - Parameter path: named in errors only.
    init(text: String, path: String) throws(RecordingError) {
        var reader = RecordingReader(text: text, path: path)
        nodeName = try reader.header()
        while let observation = try reader.observation() { observations.append(observation) }
        guard !observations.isEmpty else { throw .malformed(path: path, line: 1, reason: "there is nothing in it") }
    }

    private static func read(_ path: String) throws(RecordingError) -> String {
        guard let file = unsafe fopen(path, "r") else {
            throw .cannotRead(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        defer { unsafe fclose(file) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while octets.count <= maximumLength {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            octets += chunk[..<count]
        }
        guard unsafe ferror(file) == 0, octets.count <= maximumLength else {
            throw .cannotRead(path: path, reason: "it is a directory or larger than \(maximumLength) octets")
        }
        return String(decoding: octets, as: UTF8.self)
    }
}

/// Reads the lines of ``RecordingText`` back. A recording may have been edited by hand, so a line that does not fit is an error
/// with its number.
private struct RecordingReader {
    private let path: String
    private let lines: [Substring]
    private var position = 0

    init(text: String, path: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    }

    mutating func header() throws(RecordingError) -> String {
        guard let first = next(), first.hasPrefix(RecordingText.magic + " ") else { throw malformed("is no recording") }
        return String(first.dropFirst(RecordingText.magic.count + 1))
    }

    mutating func observation() throws(RecordingError) -> Observation? {
        guard let line = next() else { return nil }
        guard line.hasPrefix("at "), let time = Timestamp(text: line.dropFirst(3)) else { throw malformed("expected 'at TIME'") }
        var observation = Observation(time: time)
        while let (keyword, count) = peekSection() {
            position += 1
            switch keyword {
            case "pods": observation.pods = try take(count) { LocalPod(recorded: $0) }
            case "denied": observation.denied = try take(count) { DeniedConnection(recorded: $0) }
            case "source":
                guard let id = UInt8(exactly: count) else { throw malformed("a source is numbered from 0 to 255") }
                observation.source = SourceID(rawValue: id)
            case "whole", "partial":
                observation.report = .poll(try take(count) { Self.connection($0) }, isWhole: keyword == "whole")
            case "rules": observation.count(rules: try take(count) { RuleStatistics(recorded: $0) })
            case "ports": observation.count(ports: try take(count) { PortStatistics(recorded: $0) })
            case "began": observation.report = .pollBegan
            case "entries": observation.report = .entries(try take(count) { Self.connection($0) })
            case "ended": observation.report = .pollEnded(isWhole: count == 1)
            case "events": observation.report = .events(try take(count) { Self.event($0) })
            default: throw malformed("there is no section '\(keyword)'")
            }
        }
        return observation
    }

    private static func event(_ line: Substring) -> ConnectionEvent? {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let kind = ConnectionEvent.Kind.allCases.first(where: { "\($0)" == words[0] }),
            let connection = connection(words[1])
        else { return nil }
        return ConnectionEvent(connection, kind: kind)
    }

    private static func connection(_ line: Substring) -> Connection? {
        var parser = ConntrackDumpParser()
        var connections: [Connection] = []
        parser.consume(Array(line.utf8) + [UInt8(ascii: "\n")], into: &connections)
        parser.finish(into: &connections)
        return connections.first
    }

    private mutating func take<Element>(_ count: Int, _ parse: (Substring) -> Element?) throws(RecordingError) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<count {
            guard let line = next(), let element = parse(line) else { throw malformed("cannot be read as what its section says") }
            elements.append(element)
        }
        return elements
    }

    private func peekSection() -> (Substring, Int)? {
        guard position < lines.count, !lines[position].hasPrefix("at ") else { return nil }
        let words = lines[position].split(separator: " ")
        guard words.count == 2, let count = Int(words[1]), (0...lines.count).contains(count) else { return ("?", 0) }
        return (words[0], count)
    }

    private mutating func next() -> Substring? {
        guard position < lines.count else { return nil }
        position += 1
        return lines[position - 1]
    }

    private func malformed(_ reason: String) -> RecordingError { .malformed(path: path, line: position, reason: reason) }
}

extension Observation {
    fileprivate mutating func count(rules: [RuleStatistics] = [], ports: [PortStatistics] = []) {
        switchStatistics = SwitchStatistics(
            rules: (switchStatistics?.rules ?? []) + rules, ports: (switchStatistics?.ports ?? []) + ports)
    }
}

extension LocalPod {
    fileprivate init?(recorded line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, let name = RecordingText.name(words[0]), let namespace = RecordingText.name(words[1]),
            let interface = RecordingText.name(words[2])
        else { return nil }
        self.init(
            name: name, namespace: namespace, addresses: words[3].split(separator: ",").compactMap { IPAddress($0) }, interface: interface)
    }
}

extension DeniedConnection {
    fileprivate init?(recorded line: Substring) {
        var values: [Substring: Substring] = [:]
        for pair in line.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let protocolIdentifier = values["proto"].flatMap({ UInt8($0) }), let source = values["src"].flatMap({ IPAddress($0) }),
            let destination = values["dst"].flatMap({ IPAddress($0) }), let octets = values["octets"].flatMap({ UInt32($0) }),
            let time = values["time"].flatMap({ Timestamp(text: $0) })
        else { return nil }
        var icmp: Connection.ICMP?
        if let identifier = values["id"].flatMap({ UInt16($0) }), let type = values["type"].flatMap({ UInt8($0) }),
            let code = values["code"].flatMap({ UInt8($0) })
        {
            icmp = Connection.ICMP(identifier: identifier, type: type, code: code)
        }
        let tuple = Connection.Tuple(
            source: source, destination: destination, sourcePort: values["sport"].flatMap { UInt16($0) } ?? 0,
            destinationPort: values["dport"].flatMap { UInt16($0) } ?? 0, icmp: icmp)
        self.init(
            tuple: tuple, protocolIdentifier: protocolIdentifier, originalDestination: values["service"].flatMap { IPAddress($0) },
            originalDestinationPort: values["serviceport"].flatMap { UInt16($0) }, rule: values["rule"].flatMap { UInt32($0) },
            action: values["action"] == "reject" ? .reject : .drop,
            direction: values["direction"].flatMap { $0 == "ingress" ? .ingress : $0 == "egress" ? .egress : nil },
            label: Connection.Label(low: values["label"].flatMap { UInt64($0, radix: 16) } ?? 0), octets: octets, time: time)
    }
}

extension Timestamp {
    /// `2026-11-23T10:00:00.250Z`, as ``description`` prints it.
    init?(text: Substring) {
        guard text.hasSuffix("Z") else { return nil }
        let numbers = text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 7 else { return nil }
        self.init(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4], second: numbers[5],
            millisecond: numbers[6])
    }
}
