// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What both nodes call a connection: its tuple after destination translation, for ICMP with identifier, type and code.
///
/// A client from outside that a node's proxy translated is called by what it was translated to: the endpoint's node knows it by no other
/// address.
struct ConnectionKey: Sendable, Hashable {
    let source: IPAddress
    let destination: IPAddress
    let sourcePort: UInt16
    let destinationPort: UInt16
    let protocolIdentifier: UInt8
    let icmpTypeCode: UInt16

    /// Nil for a record without addresses or protocol: it names no connection.
    @inline(__always)
    init?(_ flow: FlowRecord) {
        guard let source = flow[address: .sourceIPAddress], let destination = flow[address: .destinationIPAddress],
            let protocolIdentifier = flow[unsigned: .protocolIdentifier]
        else { return nil }
        let proxy = flow.hasTranslatedClient ? flow[address: .proxySnatIP] : nil
        let proxyPort = flow.hasTranslatedClient ? flow[unsigned: .proxySnatPort] : nil
        self.source = proxy ?? source
        self.destination = destination
        self.protocolIdentifier = UInt8(truncatingIfNeeded: protocolIdentifier)
        sourcePort = UInt16(truncatingIfNeeded: proxyPort ?? flow[unsigned: .sourceTransportPort] ?? 0)
        destinationPort = UInt16(truncatingIfNeeded: flow[unsigned: .destinationTransportPort] ?? 0)
        icmpTypeCode = UInt16(truncatingIfNeeded: flow[unsigned: .icmpTypeCode] ?? 0)
    }

    private init() {
        source = IPAddress(high: 0, low: 0)
        destination = source
        (sourcePort, destinationPort, icmpTypeCode) = (0, 0, 0)
        protocolIdentifier = 0
    }

    /// Of no connection: what an empty place of a table holds.
    static let none = ConnectionKey()

    /// - Parameter seed: not known to senders.
    func hash(seed: UInt64) -> UInt32 {
        let ports = UInt64(sourcePort) << 48 | UInt64(destinationPort) << 32 | UInt64(icmpTypeCode) << 16 | UInt64(protocolIdentifier)
        let (first, second) = (seed ^ 0xA076_1D64_78BD_642F, seed ^ 0xE703_7ED1_A0B4_28DB)
        var state = fold(source.high ^ first, source.low ^ second)
        state = fold(state ^ destination.high ^ second, destination.low ^ first)
        state = fold(state ^ ports ^ first, state ^ second)
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }
}

@inline(__always)
private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
}
