// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct IPAddressTests {
    @Test("octets there and back, four or sixteen")
    func octets() {
        var generator = SeededGenerator(seed: 3)
        for family in IPAddress.Family.allCases {
            let address = IPAddress.random(family, using: &generator)
            #expect(address.octets.count == (family == .v4 ? 4 : 16))
            #expect(IPAddress(octets: address.octets) == address)
        }
        #expect(IPAddress(octets: [10, 0, 0, 1])?.description == "10.0.0.1")
        for count in [0, 3, 5, 15, 17] { #expect(IPAddress(octets: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test("a mapped address that came as IPv6 is the IPv4 address")
    func mapped() {
        let mapped = IPAddress(octets: [UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1])
        #expect(mapped == IPAddress(v4: 0x0A00_0001))
        #expect(mapped?.v4 == 0x0A00_0001)
        #expect(IPAddress(high: 1, low: 0).v4 == nil)
    }

    @Test("0.0.0.0 and :: are unspecified, and nothing else")
    func unspecified() {
        #expect(IPAddress(v4: 0).isUnspecified && IPAddress(high: 0, low: 0).isUnspecified)
        #expect(!IPAddress(v4: 1).isUnspecified && !IPAddress(high: 0, low: 1).isUnspecified && !IPAddress(high: 1, low: 0).isUnspecified)
    }

    @Test("addresses are ordered by their octets, IPv4 before global IPv6")
    func order() throws {
        let sorted = try ["9.255.255.255", "10.0.0.0", "10.0.0.1", "2001:db8::", "2001:db8::1", "fe80::1"].map {
            try #require(IPAddress($0))
        }
        #expect(sorted.shuffled().sorted() == sorted)
    }
}
