// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering

/// Connections as text.
enum CaptureListing: Sendable {
    case table, json

    func text(_ connections: [ListedConnection]) -> String {
        switch self {
        case .table: table(connections)
        case .json: connections.isEmpty ? "[]\n" : "[\n" + connections.map(Self.object).joined(separator: ",\n") + "\n]\n"
        }
    }

    /// One JSON object (RFC 8259); what is unknown is left out. All its texts are made of plain ASCII letters.
    private static func object(_ listed: ListedConnection) -> String {
        let connection = listed.connection, counters = connection.counters
        var members: [String] = []
        func add(_ name: String, text: String?) { if let text { members.append("\"\(name)\":\"\(text)\"") } }
        func add(_ name: String, _ number: (some BinaryInteger)?) { if let number { members.append("\"\(name)\":\(number)") } }
        add("flowStartMilliseconds", text: listed.first?.description)
        add("flowEndMilliseconds", text: listed.last?.description)
        add("protocolIdentifier", connection.protocolIdentifier)
        add("sourceIPAddress", text: connection.original.source.description)
        add("destinationIPAddress", text: connection.original.destination.description)
        if let message = connection.original.icmp {
            add("icmpTypeCode", UInt16(message.type) << 8 | UInt16(message.code))
            add("icmpIdentifier", message.identifier)
        } else {
            add("sourceTransportPort", connection.original.sourcePort)
            add("destinationTransportPort", connection.original.destinationPort)
        }
        if connection.isTranslated {
            add("postNATDestinationIPAddress", text: connection.reply.source.description)
            add("postNAPTDestinationTransportPort", connection.reply.sourcePort)
        }
        add("packetTotalCount", counters?.packets)
        add("octetTotalCount", counters?.octets)
        add("reversePacketTotalCount", counters?.reversePackets)
        add("reverseOctetTotalCount", counters?.reverseOctets)
        add("layer2OctetTotalCount", listed.frameOctets)
        add("reverseLayer2OctetTotalCount", listed.reverseFrameOctets)
        add("tcpState", text: connection.tcpState?.name)
        add("flowEndReason", listed.flowEndReason)
        if connection.zone != 0 { add("conntrackZone", connection.zone) }
        if connection.mark != 0 { add("conntrackMark", connection.mark) }
        add("conntrackId", connection.id)
        return "{" + members.joined(separator: ",") + "}"
    }

    private func table(_ connections: [ListedConnection]) -> String {
        var rows = [["START", "PROTOCOL", "SOURCE", "DESTINATION", "STATE", "PACKETS", "OCTETS", "REV PACKETS", "REV OCTETS"]]
        rows += connections.map(Self.cells)
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column < 5 ? row[column] + padding : padding + row[column]
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func cells(_ listed: ListedConnection) -> [String] {
        let connection = listed.connection, counters = connection.counters
        func count(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "?" }
        return [
            listed.first?.description ?? "?", ProtocolName.text(connection.protocolIdentifier), end(connection.original, isSource: true),
            end(connection.original, isSource: false), connection.tcpState?.name ?? "", count(counters?.packets), count(counters?.octets),
            count(counters?.reversePackets), count(counters?.reverseOctets),
        ]
    }

    private static func end(_ tuple: Connection.Tuple, isSource: Bool) -> String {
        let address = isSource ? tuple.source : tuple.destination
        if let message = tuple.icmp {
            return isSource ? "\(address) id \(message.identifier)" : "\(address) type \(message.type) code \(message.code)"
        }
        let port = isSource ? tuple.sourcePort : tuple.destinationPort
        if port == 0 { return "\(address)" }
        return address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension Connection {
    fileprivate var isTranslated: Bool {
        reply.source != original.destination || reply.sourcePort != original.destinationPort
    }
}
