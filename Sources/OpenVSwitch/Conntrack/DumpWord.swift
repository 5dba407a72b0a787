// SPDX-License-Identifier: Apache-2.0

/// A name of at most 16 octets as one integer, so that names compare without text. Equal names are equal integers,
/// because no name contains a zero octet.
struct DumpWord: Hashable {
    let bits: UInt128

    init(bits: UInt128) { self.bits = bits }

    /// - Precondition: `name` has at most 16 octets.
    init(_ name: StaticString) {
        let octets = Array("\(name)".utf8)
        precondition(octets.count <= 16, "a word has at most 16 octets")
        bits = octets.reduce(0) { $0 << 8 | UInt128($1) }
    }
}
