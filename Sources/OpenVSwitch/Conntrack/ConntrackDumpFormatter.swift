// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
public import Metering

/// Writes a connection as `dpctl/dump-conntrack -m -s` does, in its order. `ConntrackDumpParser` reads back the same value,
/// as long as times lie in the years 0–9999, an id is not 0, and only TCP has a TCP state.
///
/// Two liberties: counters that are known are written even when they are 0, and both peers get the one TCP state.
public struct ConntrackDumpFormatter: Sendable {
    public let utcOffsetSeconds: Int

    public init(utcOffsetSeconds: Int = 0) {
        self.utcOffsetSeconds = utcOffsetSeconds
    }

    /// One line, without its newline.
    public func line(_ connection: Connection) -> String {
        let counters = connection.counters
        var line = protocolName(connection.protocolIdentifier)
        line += ",orig=(" + tuple(connection.original, connection.protocolIdentifier)
        if let counters { line += ",packets=\(counters.packets),bytes=\(counters.octets)" }
        line += "),reply=(" + tuple(connection.reply, connection.protocolIdentifier)
        if let counters { line += ",packets=\(counters.reversePackets),bytes=\(counters.reverseOctets)" }
        line += ")"
        if let start = connection.start { line += ",start=" + localTime(start) }
        if let stop = connection.stop { line += ",stop=" + localTime(stop) }
        line += ",id=\(connection.id ?? 0)"
        if connection.zone != 0 { line += ",zone=\(connection.zone)" }
        line += ",status=" + status(connection.status)
        if let timeout = connection.timeoutSeconds { line += ",timeout=\(timeout)" }
        if connection.mark != 0 { line += ",mark=\(connection.mark)" }
        if connection.label != Connection.Label() { line += ",labels=0x" + hexadecimal(connection.label) }
        if let state = connection.tcpState { line += ",protoinfo=(state_orig=\(state.name),state_reply=\(state.name))" }
        return line
    }

    private func protocolName(_ number: UInt8) -> String {
        DumpVocabulary.protocolNames.first { $0.number == number }.map { "\($0.name)" } ?? "\(number)"
    }

    private func tuple(_ tuple: Connection.Tuple, _ protocolIdentifier: UInt8) -> String {
        let addresses = "src=\(tuple.source),dst=\(tuple.destination)"
        if let icmp = tuple.icmp { return addresses + ",id=\(icmp.identifier),type=\(icmp.type),code=\(icmp.code)" }
        return addresses + ",sport=\(tuple.sourcePort),dport=\(tuple.destinationPort)"
    }

    private func localTime(_ time: Timestamp) -> String {
        String((time + .seconds(utcOffsetSeconds)).description.dropLast())  // The Z: a local time has no zone.
    }

    private func status(_ status: Connection.Status) -> String {
        guard !status.isEmpty else { return "0" }
        var left = status
        var names: [String] = []
        for known in DumpVocabulary.statusNames where status.contains(known.status) {
            names.append("\(known.name)")
            left.remove(known.status)
        }
        if !left.isEmpty { names.append("0x" + String(left.rawValue, radix: 16)) }
        return names.joined(separator: "|")
    }

    private func hexadecimal(_ label: Connection.Label) -> String {
        String(UInt128(label.high) << 64 | UInt128(label.low), radix: 16)
    }
}
