// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct IPAddressTextTests {
    @Test(
        "RFC 4291 §2.2, RFC 5952 §1–5: texts of one address have one canonical text",
        arguments: [
            ("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"),
            ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"),
            ("FF01:0:0:0:0:0:0:101", "ff01::101"),
            ("0:0:0:0:0:0:0:1", "::1"), ("0:0:0:0:0:0:0:0", "::"), ("::", "::"), ("1::", "1::"),
            ("0:0:0:0:0:0:13.1.68.3", "::d01:4403"), ("::13.1.68.3", "::d01:4403"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0::1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"), ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8::0:1", "2001:db8::1"), ("::1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("fe80::1", "fe80::1"),
        ])
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.family == .v6)
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test("dotted quads, and mapped addresses are theirs", arguments: ["0.0.0.0", "10.10.1.2", "192.0.2.255", "255.255.255.255"])
    func dottedQuad(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.family == .v4)
        #expect(address.description == text)
        #expect(IPAddress("::ffff:" + text) == address)
        #expect(IPAddress("0:0:0:0:0:FFFF:" + text) == address)
    }

    @Test(
        "what is no address",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.1000", "1.2.3.-4", "1.2.3.+4", "1.2.3.4 ",
            " 1.2.3.4", "0x1.2.3.4", "1.2.3.4/8", "١.٢.٣.٤", ":", ":1", "1:", ":::", "1:::2", "::1::", "1::2::3", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "12345::", "g::", "::-1", "fe80::1%eth0",
            "[::1]",
            "::1/64", "::1.2.3", "::1.2.3.4.5", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::256.1.1.1",
            "::ffff:1.2.3.4.", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", "1\u{0}.2.3.4",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    /// RFC 6943 §3.1.1: to some readers `010` is eight. Where two programs may read two addresses, there is none.
    @Test("a leading zero is refused", arguments: ["010.1.1.1", "1.2.3.04", "00.0.0.0", "::ffff:192.168.01.1"])
    func leadingZero(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("every address is read back from its text", arguments: [1, 2] as [UInt64])
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            let v4 = IPAddress.random(.v4, using: &generator)
            #expect(IPAddress(v4.description) == v4)
            // Groups of zeros are what the text shortens, so there are many.
            var groups = (0..<8).map { _ in generator.isOnce(in: 2) ? 0 : UInt64(UInt16.random(in: 0 ... .max, using: &generator)) }
            groups[0] |= 1
            let v6 = IPAddress(high: groups[..<4].reduce(0) { $0 << 16 | $1 }, low: groups[4...].reduce(0) { $0 << 16 | $1 })
            #expect(IPAddress(v6.description) == v6)
            #expect(v6.description.utf8.allSatisfy { $0 == UInt8(ascii: ":") || (48...57).contains($0) || (97...102).contains($0) })
        }
    }

    @Test("every pattern of zero groups is read back from its text")
    func zeroPatterns() {
        for pattern in 0..<256 {
            let groups = (0..<8).map { UInt64(pattern >> $0 & 1) }
            let address = IPAddress(high: groups[..<4].reduce(0) { $0 << 16 | $1 }, low: groups[4...].reduce(0) { $0 << 16 | $1 })
            #expect(IPAddress(address.description) == address, "\(address)")
        }
    }

    @Test("random text never stops the parser, and what it takes is read back", arguments: [7] as [UInt64])
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("0123456789abcdefF:::...g%/ ")
        for _ in 0..<20_000 {
            let text = String((0..<Int.random(in: 0...46, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? ":" })
            guard let address = IPAddress(text) else { continue }
            #expect(IPAddress(address.description) == address)
        }
    }
}
