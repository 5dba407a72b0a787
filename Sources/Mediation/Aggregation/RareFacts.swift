// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What few connections know of themselves: UUIDs, Egress, source translation, labels that an exporter sent.
struct RareFacts: Sendable {
    private var known: UInt32 = 0
    private var wide = InlineArray<20, UInt64>(repeating: 0)
    private var names = InlineArray<7, UInt32>(repeating: 0)

    private static let identifiers: [FlowField] = [
        .sourcePodUUID, .sourceNodeUUID, .destinationPodUUID, .destinationNodeUUID, .destinationServiceUUID, .ingressNetworkPolicyUUID,
        .egressNetworkPolicyUUID, .egressUUID, .egressNodeUUID,
    ]
    private static let texts: [FlowField] = [.egressName, .egressIP, .egressNodeName, .sourcePodLabels, .destinationPodLabels, .clusterId]
    private static let address = 9, port = 6

    static let fields = Set(identifiers + texts + [.proxySnatIP, .proxySnatPort])

    /// Nil when a record knows none of them.
    init?(_ flow: FlowRecord) {
        for (index, field) in Self.identifiers.enumerated() {
            guard let uuid = flow[uuid: field] else { continue }
            set(index, uuid.high, uuid.low)
        }
        if let snat = flow[address: .proxySnatIP] { set(Self.address, snat.high, snat.low) }
        for (index, field) in Self.texts.enumerated() {
            if let name = flow[name: field] { set(index, name.rawValue) }
        }
        if let port = flow[unsigned: .proxySnatPort] { set(Self.port, UInt32(clamping: port)) }
        if known == 0 { return nil }
    }

    func write(to flow: inout FlowRecord) {
        for (index, field) in Self.identifiers.enumerated() where known >> UInt32(index) & 1 == 1 {
            flow[uuid: field] = (wide[2 * index], wide[2 * index + 1])
        }
        if known >> UInt32(Self.address) & 1 == 1 {
            flow[address: .proxySnatIP] = .init(high: wide[2 * Self.address], low: wide[2 * Self.address + 1])
        }
        for (index, field) in Self.texts.enumerated() where known >> UInt32(16 + index) & 1 == 1 {
            flow[name: field] = NameID(rawValue: names[index])
        }
        if known >> UInt32(16 + Self.port) & 1 == 1 { flow[unsigned: .proxySnatPort] = UInt64(names[Self.port]) }
    }

    private mutating func set(_ index: Int, _ high: UInt64, _ low: UInt64) {
        known |= 1 << UInt32(index)
        wide[2 * index] = high
        wide[2 * index + 1] = low
    }

    private mutating func set(_ index: Int, _ value: UInt32) {
        known |= 1 << UInt32(16 + index)
        names[index] = value
    }
}
