// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Metering

/// Connections as text for people or for programs.
struct ConnectionListing {
    enum Format: String, Sendable { case table, json }

    private static let columns = [
        "PROTOCOL", "SOURCE", "DESTINATION", "SERVICE", "STATE", "PACKETS", "OCTETS", "PACKETS BACK", "OCTETS BACK", "START", "SOURCE POD",
        "DESTINATION POD",
    ]
    /// Of the numbers, which are set to the right.
    private static let numbers: Range<Int> = 5..<9

    /// The lines of a listing, oldest connection first.
    static func lines(_ records: [FlowRecord], _ names: borrowing NameTable, _ format: Format) -> [String] {
        var keys: [(start: Int64, index: Int)] = []
        for (index, record) in records.enumerated() { keys.append((record[time: .flowStartMilliseconds]?.milliseconds ?? 0, index)) }
        keys.sort { ($0.start, $0.index) < ($1.start, $1.index) }
        var lines: [String] = []
        switch format {
        case .json:
            for (position, key) in keys.enumerated() {
                let open = position == 0 ? "[" : " "
                lines.append(open + object(records[key.index], names) + (position == keys.count - 1 ? "]" : ","))
            }
            return lines.isEmpty ? ["[]"] : lines
        case .table:
            var rows = [columns]
            for key in keys { rows.append(row(records[key.index], names)) }
            return aligned(rows)
        }
    }

    /// One sentence: how many there are, and why others are not among them.
    static func summary(_ statistics: MeteringStatistics, count: Int) -> String {
        let reasons: [(String, UInt64)] = [
            ("of another zone", statistics.otherZone), ("not accepted by policy", statistics.notAccepted),
            ("of another protocol", statistics.otherProtocol), ("of another network", statistics.otherNetwork),
            ("to the gateway", statistics.toGateway), ("without a local pod", statistics.notLocal),
            ("read for external clients", statistics.correlated), ("of another source", statistics.ofAnotherSource),
            ("over capacity", statistics.overCapacity),
        ]
        let others = reasons.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        return "\(count) connections" + (others.isEmpty ? "" : "; left out: " + others.joined(separator: ", "))
    }
}

extension ConnectionListing {
    private static func row(_ record: FlowRecord, _ names: borrowing NameTable) -> [String] {
        let number = { (field: FlowField) in record[unsigned: field].map { "\($0)" } ?? "–" }
        let protocolName = record[unsigned: .protocolIdentifier].map { ProtocolName.text($0) } ?? "–"
        let service = record[unsigned: .destinationServicePort] == nil ? nil : record[address: .destinationServiceIP]
        return [
            protocolName, endpoint(record[address: .sourceIPAddress], record[unsigned: .sourceTransportPort]),
            endpoint(record[address: .destinationIPAddress], record[unsigned: .destinationTransportPort]),
            name(.destinationServicePortName, record, names) ?? service.map { endpoint($0, record[unsigned: .destinationServicePort]) }
                ?? "–",
            name(.tcpState, record, names) ?? "–", number(.packetTotalCount), number(.octetTotalCount), number(.reversePacketTotalCount),
            number(.reverseOctetTotalCount), record[time: .flowStartMilliseconds]?.description ?? "–",
            pod(.sourcePodNamespace, .sourcePodName, record, names), pod(.destinationPodNamespace, .destinationPodName, record, names),
        ]
    }

    private static func endpoint(_ address: IPAddress?, _ port: UInt64?) -> String {
        guard let address else { return "–" }
        let host = address.family == .v6 ? "[\(address)]" : "\(address)"
        return port.map { "\(host):\($0)" } ?? host
    }

    private static func pod(_ namespace: FlowField, _ pod: FlowField, _ record: FlowRecord, _ names: borrowing NameTable) -> String {
        guard let pod = name(pod, record, names) else { return "–" }
        return (name(namespace, record, names) ?? "") + "/" + pod
    }

    private static func name(_ field: FlowField, _ record: FlowRecord, _ names: borrowing NameTable) -> String? {
        record[name: field].map { LogText.escaped(names.text(of: $0)) }
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (numbers.contains(column) ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension ConnectionListing {
    /// What is known of a record under the names of its elements, as `weir` prints flows: times in milliseconds, addresses as text.
    private static func object(_ record: FlowRecord, _ names: borrowing NameTable) -> String {
        var members: [String] = []
        for definition in FlowSchema.fields where record.isKnown(definition.field) {
            let field = definition.field
            let value: String
            switch definition.kind {
            case .unsigned: value = "\(record[unsigned: field] ?? 0)"
            case .time: value = "\(record[time: field]?.milliseconds ?? 0)"
            case .address: value = quoted("\(record[address: field]?.description ?? "")")
            case .name: value = quoted(record[name: field].map { names.text(of: $0) } ?? "")
            case .uuid: continue
            }
            members.append("\(quoted(definition.name)):\(value)")
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// RFC 8259 asks for escapes below 0x20 only; what else commands a terminal is escaped as well.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: quoted += "\\\""
            case 0x5C: quoted += "\\\\"
            case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
