// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct OctetWriterTests {
    @Test("integers of every width, most significant octet first")
    func integers() {
        var writer = OctetWriter(reserving: 32)
        writer.append(UInt8(0x01))
        writer.append(UInt16(0x0203))
        writer.append(UInt32(0x0405_0607))
        writer.append(UInt64(0x0809_0A0B_0C0D_0E0F))
        writer.append(Int32(-2))
        #expect(writer.octets == Array(1...15) + [0xFF, 0xFF, 0xFF, 0xFE])
        #expect(writer.count == 19)
    }

    @Test("a given width takes the least significant octets", arguments: 0...8)
    func width(width: Int) {
        var writer = OctetWriter()
        writer.append(0x0102_0304_0506_0708, width: width)
        #expect(writer.octets == Array([1, 2, 3, 4, 5, 6, 7, 8].suffix(width)))
    }

    @Test("what is written is read back at every width and offset")
    func roundTrip() {
        var generator = SeededGenerator(seed: 5)
        for width in 1...8 {
            for offset in 0...8 {
                let value = UInt64.random(in: 0...(.max >> (64 - 8 * UInt64(width))), using: &generator)
                var writer = OctetWriter()
                writer.append(contentsOf: [UInt8](repeating: 0xAA, count: offset))
                writer.append(value, width: width)
                let octets = writer.octets
                #expect(octets.integer(at: offset, width: width) == value)
            }
        }
    }

    @Test("a length is put in afterwards")
    func replace() {
        var writer = OctetWriter()
        writer.append(contentsOf: [1, 2, 3, 4, 5])
        writer.replace(at: 2, with: 0xABCD)
        #expect(writer.octets == [1, 2, 0xAB, 0xCD, 5])
        writer.removeAll()
        #expect(writer.count == 0)
    }

    @Test("RFC 7011 §7: values of variable length have it in front in one octet or in three", arguments: OctetWriter.LengthForm.allCases)
    func variable(form: OctetWriter.LengthForm) {
        for count in [0, 1, 254, 255, 256, 65_535] {
            var writer = OctetWriter()
            writer.append(variable: [UInt8](repeating: 9, count: count), form: form)
            #expect(writer.count == OctetWriter.lengthOfVariable(octets: count, form: form))
            let field = FieldSpecifier(element: .init(enterprise: .iana, number: 82), length: FieldSpecifier.variableLength)
            let octets = writer.octets
            let range = field.range(in: unsafe octets.span.bytes, at: 0, end: octets.count)
            #expect(range == writer.count - count..<writer.count)
            #expect((octets.first == 255) == (form == .threeOctets || count >= 255))
        }
    }
}
