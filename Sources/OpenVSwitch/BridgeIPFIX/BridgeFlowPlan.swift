// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// A template of a bridge's stream, as what its values mean for counting; all others, those of enterprise 6876 among them, are stepped
/// over.
struct BridgeFlowPlan {
    private enum Meaning { case nothing, direction, protocolIdentifier, sourcePort, destinationPort, source, destination, packets, octets }

    private let fields: [(specifier: FieldSpecifier, meaning: Meaning)]

    init(_ template: Template) {
        fields = template.occupiedFields.map { ($0, Self.meaning(of: $0)) }
    }

    /// What one record says. `flowDirection` 0 is a packet as the bridge received it, 1 as it sent it on.
    struct Flow {
        var direction: UInt64?
        var protocolIdentifier: UInt64?
        var source: IPAddress?
        var destination: IPAddress?
        var sourcePort: UInt64 = 0
        var destinationPort: UInt64 = 0
        var packets: UInt64?
        var octets: UInt64?

        /// Nil unless the record tells all that a count needs.
        var count: DirectionCount? {
            guard let packets, let octets, let source, let destination, let protocolIdentifier else { return nil }
            let tuple = Connection.Tuple(
                source: source, destination: destination, sourcePort: UInt16(truncatingIfNeeded: sourcePort),
                destinationPort: UInt16(truncatingIfNeeded: destinationPort))
            return DirectionCount(
                tuple: tuple, protocolIdentifier: UInt8(truncatingIfNeeded: protocolIdentifier), packets: packets, octets: octets,
                age: .zero)
        }
    }

    /// Reads the records of a set that a `MessageDecoder` has found and counted.
    func decode(_ message: Span<UInt8>, _ set: DataSet, each: (Flow) -> Void) {
        var position = set.body.lowerBound
        let end = min(set.body.upperBound, message.count)
        for _ in 0..<set.recordCount {
            var flow = Flow()
            for (specifier, meaning) in fields {
                guard let length = length(of: specifier, message, &position, end) else { return }
                take(meaning, message.extracting(position..<position + length), &flow)
                position += length
            }
            each(flow)
        }
    }

    /// Steps over the length octets of a value (RFC 7011 §7); nil when the value reaches beyond its set.
    private func length(of specifier: FieldSpecifier, _ message: Span<UInt8>, _ position: inout Int, _ end: Int) -> Int? {
        var length = Int(specifier.length)
        if specifier.isVariableLength {
            guard position < end else { return nil }
            length = Int(message[position])
            position += 1
            if length == 255 {
                guard position + 2 <= end, let long = message.bigEndian16(at: position) else { return nil }
                length = Int(long)
                position += 2
            }
        }
        return position + length <= end ? length : nil
    }

    private func take(_ meaning: Meaning, _ value: Span<UInt8>, _ flow: inout Flow) {
        switch meaning {
        case .nothing: break
        case .direction: flow.direction = unsigned(value)
        case .protocolIdentifier: flow.protocolIdentifier = unsigned(value)
        case .sourcePort: flow.sourcePort = unsigned(value)
        case .destinationPort: flow.destinationPort = unsigned(value)
        case .source: flow.source = address(value)
        case .destination: flow.destination = address(value)
        case .packets: flow.packets = unsigned(value)
        case .octets: flow.octets = unsigned(value)
        }
    }

    private func unsigned(_ value: Span<UInt8>) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<value.count { result = result << 8 | UInt64(value[index]) }
        return result
    }

    private func address(_ value: Span<UInt8>) -> IPAddress? {
        if value.count == 4 { return value.bigEndian32(at: 0).map(IPAddress.init(v4:)) }
        guard value.count == 16, let high = value.bigEndian64(at: 0), let low = value.bigEndian64(at: 8) else { return nil }
        return IPAddress(high: high, low: low)
    }

    /// IANA's numbers of the elements that Open vSwitch sends (ofproto/ipfix-entities.def).
    private static func meaning(of specifier: FieldSpecifier) -> Meaning {
        guard specifier.element.enterprise == .iana else { return .nothing }
        switch specifier.element.number {
        case 1: return .octets
        case 2: return .packets
        case 4: return .protocolIdentifier
        case 7: return .sourcePort
        case 8, 27: return .source
        case 11: return .destinationPort
        case 12, 28: return .destination
        case 61: return .direction
        default: return .nothing
        }
    }
}
