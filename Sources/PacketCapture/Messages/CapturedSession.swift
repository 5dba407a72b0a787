// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Who sent Messages to whom: a Transport Session as a capture shows it.
public struct CapturedSession: Sendable, Hashable {
    public enum Transport: String, Sendable, Hashable { case udp, tcp }

    public let transport: Transport
    public let source: IPAddress
    public let sourcePort: UInt16
    public let destination: IPAddress
    public let destinationPort: UInt16
    /// Tells TCP connections with the same addresses and ports apart: 0 for the first, 1 for the next.
    public let instance: Int
}

extension CapturedSession: CustomStringConvertible {
    /// Such as `udp 192.0.2.1:55001 > 192.0.2.9:4739`; the second connection of the same ports ends with `#2`.
    public var description: String {
        let suffix = instance > 0 ? "#\(instance + 1)" : ""
        return "\(transport) \(text(source, sourcePort)) > \(text(destination, destinationPort))\(suffix)"
    }

    private func text(_ address: IPAddress, _ port: UInt16) -> String {
        address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
