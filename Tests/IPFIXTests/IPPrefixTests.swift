// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct IPPrefixTests {
    @Test(
        "an address is inside or not",
        arguments: [
            ("10.10.0.0/16", "10.10.255.255", true), ("10.10.0.0/16", "10.11.0.0", false), ("10.10.0.0/16", "10.9.255.255", false),
            ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false), ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("10.0.0.1/32", "10.0.0.1", true),
            ("10.0.0.0/31", "10.0.0.2", false),
            ("fd10:10::/32", "fd10:10:ffff::1", true), ("fd10:10::/32", "fd10:11::", false), ("fd00::/8", "fdff::1", true),
            ("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true), ("2001:db8::/64", "2001:db8:0:1::", false),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("2001:db8::1", "2001:db8::1", true),
            ("2001:db8::/127", "2001:db8::2", false),
            ("10.1.2.3/8", "10.200.0.1", true),
        ])
    func contains(prefix: String, address: String, expected: Bool) throws {
        #expect(try #require(IPPrefix(prefix)).contains(try #require(IPAddress(address))) == expected)
    }

    @Test("text there and back", arguments: ["10.10.0.0/16", "fd10:10::/32", "::/0", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::1/128"])
    func roundTrip(text: String) throws {
        let prefix = try #require(IPPrefix(text))
        #expect(prefix.description == text)
        #expect(IPPrefix(prefix.description) == prefix)
    }

    @Test(
        "what is no prefix",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/a", "10.0.0.0/ 8",
            "10.0.0.0/99999999999999999999", "10.0.0.0/+8", "10.0.0.0/-0",
        ])
    func refused(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test("bit by bit, a prefix of an address contains what differs after it and not what differs in it")
    func everyLength() {
        var generator = SeededGenerator(seed: 9)
        for family in IPAddress.Family.allCases {
            let full = family == .v4 ? 32 : 128
            let address = IPAddress.random(family, using: &generator)
            for length in 0...full {
                for bit in 0..<full {
                    var octets = address.octets
                    octets[bit / 8] ^= 0x80 >> (bit % 8)
                    guard let other = IPAddress(octets: octets), other.family == family else { continue }
                    #expect(other.matches(prefix: address, length: length) == (bit >= length))
                }
            }
        }
    }
}
