// SPDX-License-Identifier: Apache-2.0

extension OctetWriter {
    /// How the length in front of a value is written (RFC 7011 §7).
    public enum LengthForm: Sendable, Hashable, CaseIterable {
        /// One octet below 255, else three.
        case shortest
        /// 255 and two octets, which may be used for short values too: a value can then be replaced where it lies.
        case threeOctets
    }

    /// Octets that a value of a variable-length field takes, its length in front included.
    public static func lengthOfVariable(octets count: Int, form: LengthForm = .shortest) -> Int {
        count + (form == .shortest && count < 255 ? 1 : 3)
    }

    /// A value of a variable-length field: its length, then its octets.
    ///
    /// - Precondition: at most 65,535 octets.
    public mutating func append(variable octets: some Collection<UInt8>, form: LengthForm = .shortest) {
        precondition(octets.count <= Int(UInt16.max), "RFC 7011 §7: a length has at most two octets")
        if form == .shortest, octets.count < 255 {
            append(UInt8(octets.count))
        } else {
            append(UInt8(255))
            append(UInt16(octets.count))
        }
        append(contentsOf: octets)
    }
}
