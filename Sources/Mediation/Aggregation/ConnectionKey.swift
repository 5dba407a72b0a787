// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What both nodes call a connection: its tuple after destination translation, for ICMP with identifier, type and code.
struct ConnectionKey: Sendable, Hashable {
    let source: IPAddress
    let destination: IPAddress
    let sourcePort: UInt16
    let destinationPort: UInt16
    let protocolIdentifier: UInt8
    let icmpTypeCode: UInt16

    /// Nil for a record without addresses or protocol: it names no connection.
    init?(_ flow: FlowRecord) {
        guard let source = flow[address: .sourceIPAddress], let destination = flow[address: .destinationIPAddress],
            let protocolIdentifier = flow[unsigned: .protocolIdentifier]
        else { return nil }
        self.source = source
        self.destination = destination
        self.protocolIdentifier = UInt8(truncatingIfNeeded: protocolIdentifier)
        sourcePort = UInt16(truncatingIfNeeded: flow[unsigned: .sourceTransportPort] ?? 0)
        destinationPort = UInt16(truncatingIfNeeded: flow[unsigned: .destinationTransportPort] ?? 0)
        icmpTypeCode = UInt16(truncatingIfNeeded: flow[unsigned: .icmpTypeCode] ?? 0)
    }
}
