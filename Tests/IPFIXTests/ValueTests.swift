// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

/// RFC 7011 §6: how octets become values.
@Suite struct ValueTests {
    static let unsignedTypes: [DataType] = [.unsigned8, .unsigned16, .unsigned32, .unsigned64, .unsigned256]
    static let signedTypes: [DataType] = [.signed8, .signed16, .signed32, .signed64]

    @Test("§6.1.1, §6.2: unsigned integers have any width of 1–8 octets", arguments: unsignedTypes, 1...8)
    func unsigned(type: DataType, width: Int) {
        let octets = (1...width).map { UInt8($0 + 0x80) }
        let value = octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(Value.read(type, octets) == .unsigned(value))
        #expect(Value.read(type, [UInt8](repeating: 255, count: width)) == .unsigned(UInt64.max >> UInt64(64 - 8 * width)))
    }

    @Test("§6.1.1, §6.2: signed integers are two's complement at any width", arguments: signedTypes, 1...8)
    func signed(type: DataType, width: Int) {
        #expect(Value.read(type, [UInt8](repeating: 255, count: width)) == .signed(-1))
        let least = [0x80] + [UInt8](repeating: 0, count: width - 1)
        #expect(Value.read(type, least) == .signed(Int64.min >> Int64(64 - 8 * width)))
        #expect(Value.read(type, [0x7F] + [UInt8](repeating: 255, count: width - 1)) == .signed(Int64.max >> Int64(64 - 8 * width)))
    }

    @Test("an integer without octets, or with too many, stays octets", arguments: unsignedTypes + signedTypes)
    func integerLengths(type: DataType) {
        #expect(Value.read(type, []) == .octets([]))
        let long: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 2]
        #expect(Value.read(type, long) == .octets(long))
    }

    @Test("RFC 9740 §8.3.1: unsigned256 is a number while it is below 2⁶⁴")
    func unsigned256() {
        let small = [UInt8](repeating: 0, count: 30) + [1, 2]
        #expect(Value.read(.unsigned256, small) == .unsigned(258))
        let large = [1] + [UInt8](repeating: 0, count: 31)
        #expect(Value.read(.unsigned256, large) == .octets(large))
        let long = [UInt8](repeating: 0, count: 33)
        #expect(Value.read(.unsigned256, long) == .octets(long))
    }

    @Test("§6.1.2, §6.1.3, §6.2: float32 has four octets, float64 eight or four")
    func floats() {
        #expect(Value.read(.float32, [0x3F, 0x80, 0, 0]) == .float(1))
        #expect(Value.read(.float64, [0xC0, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18]) == .float(-Double.pi))
        #expect(Value.read(.float64, [0xBF, 0, 0, 0]) == .float(-0.5))
        #expect(Value.read(.float64, [0x7F, 0xF0, 0, 0, 0, 0, 0, 0]) == .float(.infinity))
        #expect(Value.read(.float32, [0, 0, 0, 0, 0, 0, 0, 0]) == .octets([0, 0, 0, 0, 0, 0, 0, 0]))
        #expect(Value.read(.float64, [0x3F, 0x80, 0]) == .octets([0x3F, 0x80, 0]))
    }

    @Test("§6.1.5: a boolean is 1 for true and 2 for false; others are neither")
    func booleans() {
        #expect(Value.read(.boolean, [1]) == .boolean(true))
        #expect(Value.read(.boolean, [2]) == .boolean(false))
        for octet in [0, 3, 255] as [UInt8] { #expect(Value.read(.boolean, [octet]) == .octets([octet])) }
        #expect(Value.read(.boolean, [0, 1]) == .octets([0, 1]))
    }

    @Test("§6.1.4: addresses have their lengths and no other")
    func addresses() throws {
        #expect(Value.read(.macAddress, [2, 0x42, 0xAC, 0x11, 0, 2]) == .macAddress(MACAddress(rawValue: 0x0242_AC11_0002)))
        #expect(Value.read(.macAddress, [2, 0x42]) == .octets([2, 0x42]))
        #expect(Value.read(.ipv4Address, [192, 0, 2, 1]) == .address(try #require(IPAddress("192.0.2.1"))))
        #expect(Value.read(.ipv4Address, [192, 0, 2]) == .octets([192, 0, 2]))
        let v6 = try #require(IPAddress("2001:db8::1"))
        #expect(Value.read(.ipv6Address, v6.octets) == .address(v6))
        #expect(Value.read(.ipv6Address, [192, 0, 2, 1]) == .octets([192, 0, 2, 1]))
    }

    @Test("§6.1.6: a string is UTF-8; what is not stays octets")
    func strings() {
        #expect(Value.read(.string, Array("ovs-système-東".utf8)) == .string("ovs-système-東"))
        #expect(Value.read(.string, []) == .string(""))
        #expect(Value.read(.string, [0xC3]) == .octets([0xC3]))
        #expect(Value.read(.string, [0xC0, 0x80]) == .octets([0xC0, 0x80]), "an overlong form")
        #expect(Value.read(.string, [0xED, 0xA0, 0x80]) == .octets([0xED, 0xA0, 0x80]), "half a surrogate pair")
    }

    @Test("the zeros that pad a string of fixed length are not part of it")
    func paddedStrings() {
        let octets = Array("eth0".utf8) + [0, 0, 0, 0]
        #expect(Value.read(.string, octets, isPadded: true) == .string("eth0"))
        #expect(Value.read(.string, octets) == .string("eth0\0\0\0\0"))
        #expect(Value.read(.string, [0, 0], isPadded: true) == .string(""))
        #expect(Value.read(.string, [97, 0, 98, 0], isPadded: true) == .string("a\0b"))
    }

    @Test("octetArray and unknown elements stay octets", arguments: [DataType.octetArray, nil])
    func octets(type: DataType?) {
        #expect(Value.read(type, [0, 1, 255]) == .octets([0, 1, 255]))
        #expect(Value.read(type, []) == .octets([]))
    }

    @Test("§6.1.7–§6.1.10: times have their lengths and no other")
    func timeLengths() {
        let times: [(DataType, Int)] = [
            (.dateTimeSeconds, 4), (.dateTimeMilliseconds, 8), (.dateTimeMicroseconds, 8), (.dateTimeNanoseconds, 8),
        ]
        for (type, length) in times {
            for count in 0...10 {
                let octets = [UInt8](repeating: 0, count: count)
                let isTime = if case .dateTime = Value.read(type, octets) { true } else { false }
                #expect(isTime == (count == length), "\(type) in \(count) octets")
            }
        }
    }

    @Test("every type takes octets of every length without trapping", arguments: DataType.allCases)
    func anyLength(type: DataType) {
        for count in 0...40 {
            for octet in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                let octets = [UInt8](repeating: octet, count: count)
                _ = Value.read(type, octets).description
            }
        }
    }
}
