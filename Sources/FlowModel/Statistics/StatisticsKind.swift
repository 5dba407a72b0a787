// SPDX-License-Identifier: Apache-2.0

/// What a record beside flows tells of: something a node counted, or how well its own processes did.
public enum StatisticsKind: UInt8, Sendable, Hashable, CaseIterable {
    /// What a policy rule let pass or refused on a node.
    case policyRule
    /// What a port of a node's switch carried.
    case port
    /// Metering Process Statistics (RFC 7011 §4.1).
    case meteringProcess
    /// Metering Process Reliability Statistics (RFC 7011 §4.2).
    case meteringProcessReliability
    /// Exporting Process Reliability Statistics (RFC 7011 §4.3).
    case exportingProcessReliability
    /// A counter of a node that has a name instead of an element.
    case nodeCounter

    /// Whether its records are sent by Options Templates.
    public var isOption: Bool { self != .policyRule && self != .port }

    /// Whether it tells of a process of an exporter, whose elements RFC 7011 §4 names.
    public var isProcess: Bool { isOption && self != .nodeCounter }
}
