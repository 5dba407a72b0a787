// SPDX-License-Identifier: Apache-2.0

/// What an element counts or measures, in the words of IANA's "IPFIX Information Element Units" or others.
public struct Units: Sendable, Hashable, RawRepresentable {
    /// 1–64 octets.
    public let rawValue: String

    /// Nil for empty and for longer text.
    public init?(rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    /// The units of IANA's registry (RFC 5610 §3.3); nil for 0, which is none, and for numbers that are not assigned.
    public init?(registryNumber: UInt64) {
        guard let index = Int(exactly: registryNumber), Self.registered.indices.contains(index) else { return nil }
        self.init(rawValue: Self.registered[index])
    }

    private static let registered = [
        "", "bits", "octets", "packets", "flows", "seconds", "milliseconds", "microseconds", "nanoseconds", "4-octet words", "messages",
        "hops", "entries", "frames", "ports", "inferred",
    ]
}
