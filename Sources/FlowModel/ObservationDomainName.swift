// SPDX-License-Identifier: Apache-2.0

/// The Observation Domain of whoever has a name.
public enum ObservationDomainName {
    /// RFC 7011 §3.1 leaves the domain to the exporter; like the reference, the FNV-1 hash of the name of its node.
    public static func identifier(of name: String) -> UInt32 {
        name.utf8.reduce(0x811C_9DC5) { ($0 &* 0x0100_0193) ^ UInt32($1) }
    }
}
