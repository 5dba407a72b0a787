// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What most connections know of themselves, in 84 octets: names by id, small numbers together in a word, the Service's address.
///
/// A number larger than its place counts as unknown; none that has a meaning is.
struct CompactFacts: Sendable, Equatable {
    private var serviceHigh: UInt64 = 0
    private var serviceLow: UInt64 = 0
    private var known: UInt32 = 0
    private var words = InlineArray<16, UInt32>(repeating: 0)

    /// Where a field is: its bits in a word.
    private struct Place {
        let field: FlowField
        let word: Int
        var shift: UInt32 = 0
        var mask = UInt32.max
        var isName = true
    }

    private static let names: [FlowField] = [
        .sourcePodName, .sourcePodNamespace, .sourceNodeName, .destinationPodName, .destinationPodNamespace, .destinationNodeName,
        .destinationServicePortName, .ingressNetworkPolicyName, .ingressNetworkPolicyNamespace, .ingressNetworkPolicyRuleName,
        .egressNetworkPolicyName, .egressNetworkPolicyNamespace, .egressNetworkPolicyRuleName, .tcpState,
    ]
    private static let places: [Place] =
        names.enumerated().map { Place(field: $1, word: $0) } + [
            Place(field: .destinationServicePort, word: 14, mask: 0xFFFF, isName: false),
            Place(field: .flowType, word: 14, shift: 16, mask: 0xF, isName: false),
            Place(field: .observation, word: 14, shift: 20, mask: 0xF, isName: false),
            Place(field: .flowEndReason, word: 14, shift: 24, mask: 0xFF, isName: false),
            Place(field: .ingressNetworkPolicyRuleAction, word: 15, mask: 0xFF, isName: false),
            Place(field: .ingressNetworkPolicyType, word: 15, shift: 8, mask: 0xFF, isName: false),
            Place(field: .egressNetworkPolicyRuleAction, word: 15, shift: 16, mask: 0xFF, isName: false),
            Place(field: .egressNetworkPolicyType, word: 15, shift: 24, mask: 0xFF, isName: false),
        ]
    private static let service: UInt32 = 1 << 31

    /// The fields that have a place here.
    static let fields = Set(places.map(\.field) + [.destinationServiceIP])

    init() {}

    init(_ flow: FlowRecord) {
        for index in Self.places.indices {
            let place = Self.places[index]
            guard let value = place.isName ? flow[name: place.field].map({ UInt64($0.rawValue) }) : flow[unsigned: place.field],
                value <= UInt64(place.mask)
            else { continue }
            known |= 1 << UInt32(index)
            words[place.word] |= UInt32(value) << place.shift
        }
        if let address = flow[address: .destinationServiceIP] {
            known |= Self.service
            (serviceHigh, serviceLow) = (address.high, address.low)
        }
    }

    func write(to flow: inout FlowRecord) {
        for index in Self.places.indices where known >> UInt32(index) & 1 == 1 {
            let place = Self.places[index]
            let value = words[place.word] >> place.shift & place.mask
            if place.isName { flow[name: place.field] = NameID(rawValue: value) } else { flow[unsigned: place.field] = UInt64(value) }
        }
        if known & Self.service != 0 { flow[address: .destinationServiceIP] = IPAddress(high: serviceHigh, low: serviceLow) }
    }

    // Read for each record, so not by way of the table.
    var tcpState: NameID? { isKnown(13) ? NameID(rawValue: words[13]) : nil }
    var flowType: FlowType? { isKnown(15) ? FlowType(rawValue: UInt8(truncatingIfNeeded: words[14] >> 16 & 0xF)) : nil }
    var observation: Observation? { isKnown(16) ? Observation(rawValue: UInt8(truncatingIfNeeded: words[14] >> 20 & 0xF)) : nil }
    var endReason: UInt8? { isKnown(17) ? UInt8(truncatingIfNeeded: words[14] >> 24) : nil }

    var sourceNode: NameID? { isKnown(2) ? NameID(rawValue: words[2]) : nil }
    var destinationNode: NameID? { isKnown(5) ? NameID(rawValue: words[5]) : nil }

    /// How many ends are in the cluster by the flow's type, and have no pod's name.
    var unnamedEnds: UInt64 {
        let source: UInt64 = isKnown(0) ? 0 : 1, destination: UInt64 = isKnown(3) ? 0 : 1
        return switch flowType {
        case .intraNode, .interNode: source + destination
        case .toExternal: source
        case .fromExternal: destination
        case nil: 0
        }
    }

    /// Some word of them, from the middle.
    var aWord: UInt64 { UInt64(words[6]) }

    mutating func set(tcpState: NameID) { set(13, to: tcpState.rawValue) }
    mutating func set(flowType: FlowType) { set(15, to: UInt32(flowType.rawValue)) }
    mutating func set(observation: Observation) { set(16, to: UInt32(observation.rawValue)) }
    mutating func set(endReason: UInt8) { set(17, to: UInt32(endReason)) }

    /// Whether both ends are on the node of one name; nil while either is not known.
    var isOfOneNode: Bool? { isKnown(2) && isKnown(5) ? words[2] == words[5] : nil }

    /// By number of the place in `places`.
    @inline(__always)
    private func isKnown(_ index: UInt32) -> Bool { known >> index & 1 == 1 }

    private mutating func set(_ index: Int, to value: UInt32) {
        let place = Self.places[index]
        known |= 1 << UInt32(index)
        words[place.word] = words[place.word] & ~(place.mask << place.shift) | (value & place.mask) << place.shift
    }

    static func == (a: Self, b: Self) -> Bool {
        guard a.known == b.known, a.serviceHigh == b.serviceHigh, a.serviceLow == b.serviceLow else { return false }
        for index in a.words.indices where a.words[index] != b.words[index] { return false }
        return true
    }
}
