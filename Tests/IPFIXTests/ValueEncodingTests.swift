// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct ValueEncodingTests {
    private static func field(_ number: UInt16, _ length: UInt16) -> FieldSpecifier {
        FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: number), length: length)
    }

    @Test("what is written of a type at any length is read as the same value", arguments: DataType.allCases)
    func roundTrip(type: DataType) throws {
        var random = SeededGenerator(seed: 42)
        for length in (1...40).map(UInt16.init) {
            for round in 0..<50 {
                let high: UInt8 = round % 4 == 0 ? 1 : 255
                let octets = (0..<length).map { _ in UInt8.random(in: 0...high, using: &random) }
                let value = Value.read(type, octets, exportTime: 1_700_000_000)
                if case .float(let number) = value, number.isNaN { continue }
                let written = try value.octets(as: Self.field(1, length))
                #expect(written.count == Int(length))
                #expect(Value.read(type, written, exportTime: 1_700_000_000) == value)
                // Only the bits that mean nothing may differ.
                if type != .dateTimeMicroseconds { #expect(written == octets) }
            }
        }
    }

    @Test("numbers are reduced as far as they go, and no further")
    func reduction() throws {
        #expect(try Value.unsigned(255).octets(as: Self.field(1, 1)) == [255])
        #expect(try Value.unsigned(255).octets(as: Self.field(1, 3)) == [0, 0, 255])
        #expect(try Value.unsigned(1).octets(as: Self.field(1, 10)) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(try Value.signed(-128).octets(as: Self.field(434, 1)) == [0x80])
        #expect(try Value.signed(-129).octets(as: Self.field(434, 2)) == [0xFF, 0x7F])
        #expect(try Value.float(0.5).octets(as: Self.field(311, 4)) == [0x3F, 0, 0, 0])
        let refused: [(Value, UInt16)] = [
            (.unsigned(256), 1), (.unsigned(0), 0), (.unsigned(0), 33), (.signed(128), 1), (.signed(-129), 1), (.signed(0), 9),
            (.float(0.1), 4), (.float(1), 2), (.boolean(true), 2), (.macAddress(MACAddress(rawValue: 1)), 8),
            (.address(IPAddress(high: 1, low: 1)), 4), (.dateTime(DateTime(seconds: 1)), 8), (.string("ab"), 1), (.octets([1]), 2),
        ]
        for (value, length) in refused {
            #expect(throws: ValueError.wrongLength(element: InformationElement.octetDeltaCount.id, length: length)) {
                try value.octets(as: Self.field(1, length))
            }
        }
    }

    @Test("RFC 7011 §7: a variable length takes one octet below 255 and three from there on", arguments: [0, 1, 254, 255, 256, 65535])
    func variableLength(count: Int) throws {
        let value = Value.octets([UInt8](repeating: 7, count: count))
        let octets = try value.octets(as: Self.field(95, 65535))
        #expect(octets.count == count + (count < 255 ? 1 : 3))
        #expect(octets.count == (try value.encodedLength(as: Self.field(95, 65535))))
        #expect(octets.range(of: Self.field(95, 65535), at: 0, end: octets.count)?.count == count)
    }

    @Test("values of any kind can have a variable length")
    func variableLengthOfNumbers() throws {
        let values: [(DataType, Value)] = [
            (.unsigned64, .unsigned(7)), (.signed32, .signed(-7)), (.float64, .float(0.1)), (.boolean, .boolean(false)),
            (.macAddress, .macAddress(MACAddress(rawValue: 7))), (.ipv4Address, .address(IPAddress(v4: 7))),
            (.ipv6Address, .address(IPAddress(high: 7, low: 7))), (.dateTimeSeconds, .dateTime(DateTime(seconds: 7))),
        ]
        for (type, value) in values {
            let octets = try value.octets(as: Self.field(1, 65535))
            #expect(Value.read(type, Array(octets.dropFirst())) == value)
        }
    }

    @Test("a value of more octets than a length can say is refused")
    func tooLong() {
        let error = ValueError.tooLong(element: InformationElement.octetDeltaCount.id, octets: 65536)
        #expect(throws: error) { try Value.octets([UInt8](repeating: 0, count: 65536)).octets(as: Self.field(1, 65535)) }
        #expect(error.description == "a value of element 0/1 has 65536 octets, more than 65535")
        #expect(throws: error) { try Value.string(String(repeating: "a", count: 65536)).encodedLength(as: Self.field(1, 65535)) }
    }

    @Test("a list in a field of fixed length must have that length")
    func fixedLists() throws {
        let list = Value.basicList(
            BasicList(semantic: .allOf, field: Self.field(4, 1), element: .protocolIdentifier, values: [.unsigned(6)]))
        #expect(try list.octets(as: Self.field(291, 6)) == [3, 0, 4, 0, 1, 6])
        #expect(throws: ValueError.wrongLength(element: Self.field(291, 7).element, length: 7)) {
            try list.octets(as: Self.field(291, 7))
        }
    }

    @Test("a value that does not fit into its list is refused, and nothing was written")
    func wrongValueInList() {
        let list = BasicList(
            semantic: .allOf, field: Self.field(4, 1), element: .protocolIdentifier, values: [.unsigned(6), .unsigned(600)])
        var writer = OctetWriter()
        #expect(throws: ValueError.self) { try Value.basicList(list).write(as: Self.field(291, 65535), into: &writer) }
        #expect(writer.count == 0)
    }
}
