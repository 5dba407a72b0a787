// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Which payloads are taken for IPFIX or NetFlow v9.
///
/// Named ports: all that is sent to them, and nothing else. Otherwise all that is sent to a customary port (2055, 4739, 9995, 9996), all that
/// looks like a Message or a NetFlow v9 packet, and what is sent to where such a one went before. So damaged Messages are counted on any
/// port, and other traffic is not.
public struct PortRule: Sendable {
    private let ports: Set<UInt16>
    private var known: Set<Endpoint> = []

    private struct Endpoint: Hashable {
        let address: IPAddress
        let port: UInt16
    }

    static let customaryPorts: Set<UInt16> = [2055, 4739, 9995, 9996]
    /// More destinations than this are not remembered; what is sent to them must look like a Message each time.
    private static let capacity = 4096

    /// - Parameter ports: destination ports; empty for the rule that goes by what payloads look like.
    public init(ports: Set<UInt16> = []) {
        self.ports = ports
    }

    /// Whether everything that is sent there is to be read.
    func isExpected(_ destination: IPAddress, port: UInt16) -> Bool {
        guard ports.isEmpty else { return ports.contains(port) }
        return Self.customaryPorts.contains(port) || known.contains(Endpoint(address: destination, port: port))
    }

    /// Whether what is sent there may be read if it looks like a Message.
    var recognizes: Bool { ports.isEmpty }

    mutating func learn(_ destination: IPAddress, port: UInt16) {
        guard recognizes, known.count < Self.capacity else { return }
        known.insert(Endpoint(address: destination, port: port))
    }

    mutating func takes(_ payload: Span<UInt8>, to destination: IPAddress, port: UInt16) -> Bool {
        if isExpected(destination, port: port) { return true }
        guard recognizes, Self.looksLikeMessage(payload) else { return false }
        learn(destination, port: port)
        return true
    }

    /// An IPFIX header whose length is the payload's or whose first Set is possible; a NetFlow v9 header whose first FlowSet is possible.
    static func looksLikeMessage(_ payload: Span<UInt8>) -> Bool {
        if MessageShape.length(in: payload, at: 0) == payload.count { return true }
        return MessageShape.isPlausible(in: payload, at: 0) || MessageShape.isPlausibleNetFlow9(payload)
    }
}
