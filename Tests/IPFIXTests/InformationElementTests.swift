// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@Suite struct InformationElementTests {
    @Test("RFC 5103 §6.1: the reverse of an IANA element has its number under 29305")
    func reverse() {
        let reverse = InformationElement.octetTotalCount.reverse
        #expect(reverse.id == InformationElement.ID(enterprise: EnterpriseNumber(rawValue: 29305), number: 85))
        #expect(reverse.name == "reverseOctetTotalCount")
        #expect(reverse.type == .unsigned64)
    }

    @Test("lengths of fixed types are those of RFC 7011 §6.1")
    func lengths() {
        #expect(FieldSpecifier(.octetDeltaCount).length == 8)
        #expect(FieldSpecifier(.sourceIPv6Address).length == 16)
        #expect(FieldSpecifier(.flowStartSeconds).length == 4)
        #expect(FieldSpecifier(.flowStartMilliseconds).length == 8)
        #expect(FieldSpecifier(.flowEndReason).length == 1)
        #expect(FieldSpecifier(.sourcePodName).isVariableLength)
        #expect(DataType.macAddress.naturalLength == 6)
        #expect(DataType.allCases.filter { $0.naturalLength == nil }.count == 5)
    }
}
