// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// One line of a `.decoded.txt` fixture: what another program read from the same entry.
struct DecodedEntry {
    private let fields: [String: String]

    /// - Parameter line: nested `{'NAME': value, …}`, with a word before it for events.
    init(_ line: String) {
        var scanner = Scanner(rest: line.drop { $0 != "{" })
        var fields: [String: String] = [:]
        scanner.object(prefix: "", into: &fields)
        self.fields = fields
    }

    /// The connection that this line describes, nil if it lacks a tuple.
    var connection: Connection? {
        guard let original = tuple("TUPLE_ORIG"), let reply = tuple("TUPLE_REPLY"), let number: UInt8 = number("TUPLE_ORIG.proto") else {
            return nil
        }
        let status = fields["STATUS"].flatMap { UInt32($0.dropFirst(2).prefix { $0.isHexDigit }, radix: 16) }
        return Connection(
            original: original, reply: reply, protocolIdentifier: number, zone: self.number("ZONE") ?? 0, id: self.number("ID"),
            mark: self.number("MARK") ?? 0, label: label, status: Connection.Status(rawValue: status ?? 0),
            tcpState: Connection.TCPState.allCases.first { $0.name == fields["PROTOINFO.tcp_state"] }, counters: counters,
            start: time("TIMESTAMP.start_ns"), stop: time("TIMESTAMP.stop_ns"), timeoutSeconds: self.number("TIMEOUT"))
    }

    private func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
        fields[name].flatMap { Number($0) }
    }

    private func time(_ name: String) -> Timestamp? {
        number(name).map { Timestamp(milliseconds: $0 / 1_000_000) }
    }

    private func tuple(_ name: String) -> Connection.Tuple? {
        guard let source = fields["\(name).src"].flatMap({ IPAddress($0) }),
            let destination = fields["\(name).dst"].flatMap({ IPAddress($0) })
        else { return nil }
        var icmp: Connection.ICMP?
        if let identifier: UInt16 = number("\(name).icmp_id"), let type: UInt8 = number("\(name).icmp_type"),
            let code: UInt8 = number("\(name).icmp_code")
        {
            icmp = Connection.ICMP(identifier: identifier, type: type, code: code)
        }
        return Connection.Tuple(
            source: source, destination: destination, sourcePort: number("\(name).sport") ?? 0,
            destinationPort: number("\(name).dport") ?? 0, icmp: icmp)
    }

    private var counters: Connection.Counters? {
        guard let packets: UInt64 = number("COUNTERS_ORIG.packets"), let octets: UInt64 = number("COUNTERS_ORIG.bytes"),
            let reversePackets: UInt64 = number("COUNTERS_REPLY.packets"), let reverseOctets: UInt64 = number("COUNTERS_REPLY.bytes")
        else { return nil }
        return Connection.Counters(packets: packets, octets: octets, reversePackets: reversePackets, reverseOctets: reverseOctets)
    }

    /// Sixteen octets in hexadecimal as a little-endian machine keeps them.
    private var label: Connection.Label {
        guard let text = fields["LABELS"], text.count == 32 else { return Connection.Label() }
        let halves = [text.prefix(16), text.suffix(16)].map { UInt64($0, radix: 16)?.byteSwapped ?? 0 }
        return Connection.Label(high: halves[1], low: halves[0])
    }
}

/// Flattens nested dictionaries to `OUTER.inner`; `None` is left out.
private struct Scanner {
    var rest: Substring

    mutating func object(prefix: String, into fields: inout [String: String]) {
        rest = rest.dropFirst()
        while let character = rest.first, character != "}" {
            let name = prefix + quoted()
            rest = rest.drop { $0 == ":" || $0 == " " }
            if rest.first == "{" {
                object(prefix: name + ".", into: &fields)
            } else {
                let value = rest.first == "'" ? quoted() : word()
                if value != "None" { fields[name] = value }
            }
            rest = rest.drop { $0 == "," || $0 == " " }
        }
        rest = rest.dropFirst()
    }

    private mutating func quoted() -> String {
        rest = rest.dropFirst()
        let text = rest.prefix { $0 != "'" }
        rest = rest.dropFirst(text.count + 1)
        return String(text)
    }

    private mutating func word() -> String {
        let text = rest.prefix { $0 != "," && $0 != "}" }
        rest = rest.dropFirst(text.count)
        return String(text)
    }
}
