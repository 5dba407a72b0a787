// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension FlowRecord {
    /// Whether the source is a client from outside that the node's proxy translated: `proxySnatIP` then stands for it within the cluster.
    @inline(__always)
    var hasTranslatedClient: Bool {
        guard self[unsigned: .flowType] == UInt64(FlowType.fromExternal.rawValue), let proxy = self[address: .proxySnatIP] else {
            return false
        }
        return proxy != self[address: .sourceIPAddress]
    }

    /// Takes over the client, and what stood for it, from a record that knows it.
    mutating func copyClient(from other: FlowRecord) {
        for field in [FlowField.sourceIPAddress, .sourceTransportPort, .proxySnatIP, .proxySnatPort] { copy(field, from: other) }
        self[unsigned: .flowType] = UInt64(FlowType.fromExternal.rawValue)
    }

    /// Puts the client where what stands for it is, and the other way round.
    mutating func swapClient() {
        let (client, port) = (self[address: .sourceIPAddress], self[unsigned: .sourceTransportPort])
        self[address: .sourceIPAddress] = self[address: .proxySnatIP]
        self[unsigned: .sourceTransportPort] = self[unsigned: .proxySnatPort]
        self[address: .proxySnatIP] = client
        self[unsigned: .proxySnatPort] = port
    }
}
