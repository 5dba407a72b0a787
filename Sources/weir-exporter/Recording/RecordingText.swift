// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import OpenVSwitch

/// The text of a recording: what a node observed, in lines that people can read and edit.
///
/// ```
/// weir-recording 1 node1
/// at 2026-11-23T10:00:00.250Z
/// pods 1
/// client-1 lab client-1-abc010 10.10.1.2,fd10:10:1::2
/// denied 1
/// proto=6,src=10.10.1.2,dst=10.10.1.3,sport=48706,dport=9999,rule=666,action=drop,direction=ingress,octets=60,time=2026-…
/// whole 1
/// tcp,orig=(src=10.10.1.2,…
/// ```
///
/// Each `at` begins an observation, and each word of these with a number a part of it:
///
/// | word | number | means |
/// |---|---|---|
/// | `pods`, `denied` | of lines | the pods there are; packets that policy refused |
/// | `rules`, `ports` | of lines | what policy rules and ports of the switch have counted since the reading before, and in all |
/// | `source` | its place in the list, 0 when left out | whose the rest is |
/// | `whole`, `partial` | of lines | the connections of a poll |
/// | `began`, `entries`, `ended` | 0, of lines, 1 for a whole table or 0 | a poll as it is read |
/// | `events` | of lines | `new`, `updated` or `destroyed` before each connection |
///
/// Connections are written as `dpctl/dump-conntrack -m -s` prints them, with times in UTC.
enum RecordingText {
    static let magic = "weir-recording 1"

    static func lines(of observation: Observation) -> [String] {
        var lines = ["at \(observation.time)"]
        if let pods = observation.pods {
            lines.append("pods \(pods.count)")
            lines += pods.map(line)
        }
        if !observation.denied.isEmpty {
            lines.append("denied \(observation.denied.count)")
            lines += observation.denied.map(line)
        }
        if let counted = observation.switchStatistics {
            lines.append("rules \(counted.rules.count)")
            lines += counted.rules.map(line)
            lines.append("ports \(counted.ports.count)")
            lines += counted.ports.map(line)
        }
        if observation.source != .first { lines.append("source \(observation.source.rawValue)") }
        if let report = observation.report { lines += self.lines(of: report) }
        return lines
    }

    private static func lines(of report: SourceReport) -> [String] {
        let formatter = ConntrackDumpFormatter()
        switch report {
        case .pollBegan: return ["began 0"]
        case .entries(let connections): return ["entries \(connections.count)"] + connections.map { formatter.line($0) }
        case .pollEnded(let isWhole): return ["ended \(isWhole ? 1 : 0)"]
        case .poll(let connections, let isWhole):
            return ["\(isWhole ? "whole" : "partial") \(connections.count)"] + connections.map { formatter.line($0) }
        case .events(let events): return ["events \(events.count)"] + events.map { "\($0.kind) \(formatter.line($0.connection))" }
        }
    }

    /// A name as one word: whatever is not a visible ASCII character, and `%`, as `%` and the two digits of each octet. Names come from
    /// the switch's database, and must not make lines of their own.
    static func word(_ name: String) -> String {
        name.utf8.reduce(into: "") { word, octet in
            if (0x21...0x7E).contains(octet), octet != UInt8(ascii: "%") {
                word.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                word += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
            }
        }
    }

    /// The name behind a word; nil where `%` is not followed by two digits.
    static func name(_ word: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func line(_ pod: LocalPod) -> String {
        "\(word(pod.name)) \(word(pod.namespace)) \(word(pod.interface)) \(pod.addresses.map(\.description).joined(separator: ","))"
    }

    private static func line(_ denied: DeniedConnection) -> String {
        let tuple = denied.tuple
        var pairs = [("proto", "\(denied.protocolIdentifier)"), ("src", "\(tuple.source)"), ("dst", "\(tuple.destination)")]
        if let icmp = tuple.icmp {
            pairs += [("id", "\(icmp.identifier)"), ("type", "\(icmp.type)"), ("code", "\(icmp.code)")]
        } else {
            pairs += [("sport", "\(tuple.sourcePort)"), ("dport", "\(tuple.destinationPort)")]
        }
        if let service = denied.originalDestination { pairs.append(("service", "\(service)")) }
        if let port = denied.originalDestinationPort { pairs.append(("serviceport", "\(port)")) }
        if let rule = denied.rule { pairs.append(("rule", "\(rule)")) }
        pairs.append(("action", denied.action == .drop ? "drop" : "reject"))
        if let direction = denied.direction { pairs.append(("direction", direction == .ingress ? "ingress" : "egress")) }
        if denied.label != Connection.Label() { pairs.append(("label", String(denied.label.low, radix: 16))) }
        pairs += [("octets", "\(denied.octets)"), ("time", "\(denied.time)")]
        return pairs.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
    }
}
