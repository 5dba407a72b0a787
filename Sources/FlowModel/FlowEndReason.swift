// SPDX-License-Identifier: Apache-2.0

/// Why a record was cut: element 136 (RFC 5102 §5.11.3).
public enum FlowEndReason: UInt8, Sendable, Hashable, CaseIterable {
    case idleTimeout = 1
    case activeTimeout = 2
    case endOfFlow = 3
    case forcedEnd = 4
    case lackOfResources = 5
}
