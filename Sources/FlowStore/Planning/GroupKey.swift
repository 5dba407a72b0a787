// SPDX-License-Identifier: Apache-2.0

public import FlowModel

/// What flows are told apart by: up to eight values.
///
/// With parts that have a counterpart a flow counts at each of its ends, under the key as seen from there: once where both ends have the
/// same key; an end of which nothing is known counts only when nothing is known of the other either.
public struct GroupKey: Sendable, Hashable {
    public struct Part: Sendable, Hashable {
        /// Of the flow, or of its source where there is a counterpart.
        public let value: GroupValue
        /// The same of its destination.
        public let counterpart: GroupValue?

        public init(_ value: GroupValue, counterpart: GroupValue? = nil) {
            self.value = value
            self.counterpart = counterpart
        }
    }

    public var parts: [Part]
    /// Whether a destination's counts are turned round: what the source sent, it received.
    public var isTurned: Bool

    public static let maximumParts = 8

    /// - Parameter parts: at most ``maximumParts``.
    public init(_ parts: [Part], isTurned: Bool = false) {
        precondition(parts.count <= Self.maximumParts, "a key has at most eight parts")
        self.parts = parts
        self.isTurned = isTurned
    }

    /// - Parameter fields: at most ``maximumParts``, for which ``FlowStore/isGroupable(_:)`` holds.
    public init(_ fields: [FlowField]) {
        self.init(fields.map { Part(.field($0)) })
    }

    var isOfEitherEnd: Bool { parts.contains { $0.counterpart != nil } }

    /// All that has to be read.
    var fields: [FlowField] {
        parts.flatMap { $0.value.fields } + parts.flatMap { $0.counterpart?.fields ?? [] }
    }
}

/// One value that flows are told apart by.
public enum GroupValue: Sendable, Hashable {
    case field(FlowField)
    /// The block of an address, as text with its length: so many bits of IPv4, so many of IPv6.
    case subnet(of: FlowField, v4: Int, v6: Int)
    /// The workload's name, or, of a pod whose workload nobody told, what the pod's name says of it.
    case workload(name: FlowField, pod: FlowField)

    var fields: [FlowField] {
        switch self {
        case .field(let field), .subnet(let field, _, _): [field]
        case .workload(let name, let pod): [name, pod]
        }
    }
}
