// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// What policy said of a connection, in the fields of one direction.
enum VerdictFields {
    static let ingress: [FlowField] = [
        .ingressNetworkPolicyRuleAction, .ingressNetworkPolicyName, .ingressNetworkPolicyNamespace, .ingressNetworkPolicyType,
        .ingressNetworkPolicyRuleName, .ingressNetworkPolicyUUID,
    ]
    static let egress: [FlowField] = [
        .egressNetworkPolicyRuleAction, .egressNetworkPolicyName, .egressNetworkPolicyNamespace, .egressNetworkPolicyType,
        .egressNetworkPolicyRuleName, .egressNetworkPolicyUUID,
    ]
}

extension FlowRecord {
    /// 2 and 3 are drop and reject.
    @inline(__always)
    var isDenied: Bool { isDenied(by: .ingressNetworkPolicyRuleAction) || isDenied(by: .egressNetworkPolicyRuleAction) }

    @inline(__always)
    private func isDenied(by action: FlowField) -> Bool { self[unsigned: action].map { $0 == 2 || $0 == 3 } ?? false }

    /// Takes over the verdict of one direction as a whole: a refusal replaces an admission, never the other way round.
    ///
    /// - Returns: whether anything changed.
    mutating func mergeVerdict(_ fields: [FlowField], from other: FlowRecord) -> Bool {
        let action = fields[0]
        guard other.isKnown(action) else {
            return isKnown(action) ? false : fields.reduce(false) { fill($1, from: other) || $0 }
        }
        if isKnown(action), isDenied(by: action) || !other.isDenied(by: action) {
            guard self[unsigned: action] == other[unsigned: action] else { return false }
            return fields.reduce(false) { fill($1, from: other) || $0 }
        }
        for field in fields { copy(field, from: other) }
        return true
    }

    /// Copies a field that is not known yet; true when it did.
    mutating func fill(_ field: FlowField, from other: FlowRecord) -> Bool {
        guard !isKnown(field), other.isKnown(field) else { return false }
        copy(field, from: other)
        return true
    }
}
