// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@Suite struct TemplateTests {
    @Test("the length of records is fixed unless a field's varies")
    func recordLength() {
        let fixed = Template.sample(256, [(8, 4), (1, 8), (4, 1)])
        #expect(fixed.fixedRecordLength == 13 && fixed.minimumRecordLength == 13)
        let variable = Template.sample(256, [(8, 4), (82, 65535), (83, 65535)])
        #expect(variable.fixedRecordLength == nil && variable.minimumRecordLength == 6)
    }

    @Test("a record costs no more fields than it has octets, however many fields of length zero there are")
    func emptyFields() {
        let template = Template.sample(
            256, Array(repeating: (82, 0), count: 1000) + [(83, 65535), (8, 4)] + Array(repeating: (1, 0), count: 20))
        #expect(template.occupiedFields.map(\.length) == [65535, 4])
        #expect(template.minimumRecordLength == 5)
    }

    @Test("a value's range ends before the set does, or there is none")
    func ranges() {
        let octets: [UInt8] = [2, 10, 20, 255, 0, 1, 30, 255, 1, 0]
        let variable = FieldSpecifier(element: InformationElement.octetDeltaCount.id, length: 65535)
        let fixed = FieldSpecifier(element: InformationElement.octetDeltaCount.id, length: 4)
        #expect(octets.range(of: variable, at: 0, end: 3) == 1..<3)
        #expect(octets.range(of: variable, at: 0, end: 2) == nil)
        #expect(octets.range(of: variable, at: 3, end: 10) == 6..<7)
        #expect(octets.range(of: variable, at: 3, end: 6) == nil)
        #expect(octets.range(of: variable, at: 3, end: 5) == nil)
        #expect(octets.range(of: variable, at: 7, end: 10) == nil)
        #expect(octets.range(of: variable, at: 10, end: 10) == nil)
        #expect(octets.range(of: fixed, at: 6, end: 10) == 6..<10)
        #expect(octets.range(of: fixed, at: 7, end: 10) == nil)
    }
}
