// SPDX-License-Identifier: Apache-2.0

/// How values of an element are to be understood, and so what may be done with them (RFC 7012 §3.2).
public enum DataTypeSemantics: String, Sendable, Hashable, CaseIterable {
    // In the order of IANA's numbers, which RFC 5610 sends.
    case `default`, quantity, totalCounter, deltaCounter, identifier, flags, list, snmpCounter, snmpGauge

    /// The semantics of IANA's "IPFIX Information Element Semantics" (RFC 5610 §3.2); nil for a number that is not assigned.
    public init?(registryNumber: UInt64) {
        guard let index = Int(exactly: registryNumber), Self.allCases.indices.contains(index) else { return nil }
        self = Self.allCases[index]
    }
}
