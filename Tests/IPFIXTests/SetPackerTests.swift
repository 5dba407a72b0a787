// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct SetPackerTests {
    @Test("records of one template share a Set, and another template begins another")
    func sets() throws {
        var packer = SetPacker(maximumLength: 1000)
        for (id, octet) in [(256, 1), (256, 2), (257, 3), (256, 4)] as [(UInt16, UInt8)] {
            #expect(packer.append([octet, octet], setID: id, shortestRecord: 2) == nil)
        }
        #expect(packer.messageLength == 16 + 8 + 6 + 6)
        let sets = Wire.set(256, [1, 1, 2, 2]) + Wire.set(257, [3, 3]) + Wire.set(256, [4, 4])
        #expect(packer.flush() == MessageBody(sets: sets, recordCount: 4))
        #expect(packer.flush() == nil)
        #expect(packer.messageLength == 0)
    }

    @Test("a message has its greatest length and never one octet more", arguments: [1, 4, 8], 40...75)
    func greatestLength(alignment: Int, maximum: Int) throws {
        var packer = SetPacker(maximumLength: maximum, alignment: alignment)
        var generator = SeededGenerator(seed: UInt64(maximum))
        for _ in 0..<300 {
            let record = [UInt8](repeating: 7, count: .random(in: 1...12, using: &generator))
            let waiting = packer.messageLength
            guard let body = packer.append(record, setID: 256 + UInt16(record.count), shortestRecord: record.count) else {
                #expect(packer.messageLength > waiting && packer.messageLength <= maximum)
                continue
            }
            #expect(body.messageLength == waiting)
            #expect(body.messageLength <= maximum)
            // Neither would the record have fitted, even as one of the Set that was open.
            #expect(body.messageLength + record.count + 4 > maximum - 2 * alignment)
        }
    }

    @Test("RFC 7011 §3.3.1: padding is shorter than any record of its Set, or there is none")
    func padding() throws {
        var packer = SetPacker(maximumLength: 1000, alignment: 4)
        _ = packer.append([1, 1, 1, 1, 1], setID: 256, shortestRecord: 5)
        _ = packer.append([2, 2, 2], setID: 257, shortestRecord: 3)
        _ = packer.append([3], setID: 258, shortestRecord: 1)
        _ = packer.append([4, 4], setID: 259, shortestRecord: 2)
        let sets = Wire.set(256, [1, 1, 1, 1, 1, 0, 0, 0]) + Wire.set(257, [2, 2, 2, 0]) + Wire.set(258, [3]) + Wire.set(259, [4, 4])
        #expect(packer.flush()?.sets == sets)
    }

    @Test("a record longer than any message goes alone")
    func tooLong() {
        var packer = SetPacker(maximumLength: 30)
        #expect(packer.fits(recordOctets: 10, shortestRecord: 10))
        #expect(!packer.fits(recordOctets: 11, shortestRecord: 11))
        _ = packer.append([1], setID: 256, shortestRecord: 1)
        let first = packer.append([UInt8](repeating: 2, count: SetPacker.longestRecord), setID: 256, shortestRecord: 1)
        let second = packer.append([3], setID: 256, shortestRecord: 1)
        #expect(first?.recordCount == 1)
        #expect(second?.recordCount == 1 && second?.messageLength == 65_535)
    }

    @Test("templates are packed like records but do not count")
    func templates() throws {
        var packer = SetPacker(maximumLength: 100)
        let template = Template(id: 256, fields: [FieldSpecifier(.protocolIdentifier)])
        let options = Template(
            id: 257, fields: [FieldSpecifier(.protocolIdentifier), FieldSpecifier(.packetDeltaCount)], scopeFieldCount: 1)
        for value in [template, options, options] { #expect(packer.append(value) == nil) }
        let octets = Wire.octets(UInt16(257), UInt16(2), UInt16(1), UInt16(4), UInt16(1), UInt16(2), UInt16(8))
        #expect(packer.flush() == MessageBody(sets: template.set + Wire.set(3, octets + octets), recordCount: 0))
    }

    @Test("Template Records have the length that was told before", arguments: [0, 1, 3])
    func templateLength(scope: Int) {
        let fields = [
            FieldSpecifier(.octetDeltaCount), FieldSpecifier(InformationElement.octetDeltaCount.reverse),
            FieldSpecifier(element: .init(enterprise: .antrea, number: 101), length: FieldSpecifier.variableLength),
        ]
        let template = Template(id: 300, fields: fields, scopeFieldCount: scope)
        var writer = OctetWriter()
        template.write(into: &writer)
        #expect(writer.count == template.encodedLength)
        #expect(template.set == Wire.set(scope > 0 ? 3 : 2, writer.octets))
        #expect(template.withdrawal == Wire.withdrawal(300, inSet: scope > 0 ? 3 : 2))
    }
}
