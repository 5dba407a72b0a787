// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// How people read the value of a field: numbers with units, codes in words. Programs get the value itself.
enum FieldText {
    static func text(_ value: ResultValue, of field: FlowField, _ numbers: NumberStyle) -> String {
        switch value {
        case .null: "-"
        case .text(let text): text
        case .integer(let number): text(number, of: field, numbers)
        case .real(let number): "\(number)"
        case .blob(let octets): hexadecimal(octets)
        }
    }

    private static func text(_ number: Int64, of field: FlowField, _ numbers: NumberStyle) -> String {
        let definition = FlowSchema.definition(of: field)
        if definition.kind == .time { return LocalTime.dateAndTime(Timestamp(milliseconds: number)) }
        if definition.elements.all.contains(where: { $0.type == .dateTimeSeconds }) {
            return LocalTime.dateAndTime(Timestamp(seconds: number))
        }
        switch field {
        case .protocolIdentifier: return ProtocolName.text(number)
        case .flowType: return FlowType(rawValue: UInt8(clamping: number))?.name ?? "\(number)"
        case .ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction: return word(number, ["allowed", "dropped", "rejected"])
        case .ingressNetworkPolicyType, .egressNetworkPolicyType:
            return word(number, ["K8s NetworkPolicy", "Antrea NetworkPolicy", "Antrea ClusterNetworkPolicy", "K8s ClusterNetworkPolicy"])
        case .flowEndReason: return word(number, ["idle timeout", "active timeout", "end of flow", "forced end", "lack of resources"])
        case .observation: return word(number, ["all", "source node only", "destination node only"])
        default: return quantity(number, of: field, numbers)
        }
    }

    private static func quantity(_ number: Int64, of field: FlowField, _ numbers: NumberStyle) -> String {
        let value = UInt64(clamping: number)
        let name = FlowSchema.name(of: field).lowercased()
        if name.contains("throughput") { return numbers.bitsPerSecond(value) }
        if name.contains("octetdeltacount") || name.contains("octettotalcount") { return numbers.octets(value) }
        if name.contains("packetdeltacount") || name.contains("packettotalcount") { return numbers.count(value) }
        return "\(number)"
    }

    /// The words are those of 1, 2, 3 …
    private static func word(_ number: Int64, _ words: [String]) -> String {
        number >= 1 && number <= words.count ? words[Int(number) - 1] : "\(number)"
    }

    /// What policies did with a connection: whichever side stopped it, else that one allowed it, else nothing.
    static func verdict(ingress: ResultValue, egress: ResultValue) -> String {
        for (side, action) in [("egress", egress.integer), ("ingress", ingress.integer)] {
            if action == 2 { return "\(side) dropped" }
            if action == 3 { return "\(side) rejected" }
        }
        return ingress.integer == 1 || egress.integer == 1 ? "allowed" : "-"
    }
}
