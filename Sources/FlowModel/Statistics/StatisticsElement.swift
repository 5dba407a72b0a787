// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The elements of IANA's registry that only statistics have.
enum StatisticsElement {
    static let deltaFlowCount = iana(3, "deltaFlowCount", .unsigned64)
    static let ingressInterface = iana(10, "ingressInterface", .unsigned32)
    static let exportedOctetTotalCount = iana(40, "exportedOctetTotalCount", .unsigned64)
    static let exportedMessageTotalCount = iana(41, "exportedMessageTotalCount", .unsigned64)
    static let exportedFlowRecordTotalCount = iana(42, "exportedFlowRecordTotalCount", .unsigned64)
    static let interfaceName = iana(82, "interfaceName", .string)
    static let exporterIPv4Address = iana(130, "exporterIPv4Address", .ipv4Address)
    static let exporterIPv6Address = iana(131, "exporterIPv6Address", .ipv6Address)
    static let droppedPacketDeltaCount = iana(133, "droppedPacketDeltaCount", .unsigned64)
    static let droppedPacketTotalCount = iana(135, "droppedPacketTotalCount", .unsigned64)
    static let commonPropertiesId = iana(137, "commonPropertiesId", .unsigned64)
    static let meteringProcessId = iana(143, "meteringProcessId", .unsigned32)
    static let exportingProcessId = iana(144, "exportingProcessId", .unsigned32)
    static let observationDomainId = iana(149, "observationDomainId", .unsigned32)
    static let observedFlowTotalCount = iana(163, "observedFlowTotalCount", .unsigned64)
    static let ignoredPacketTotalCount = iana(164, "ignoredPacketTotalCount", .unsigned64)
    static let ignoredOctetTotalCount = iana(165, "ignoredOctetTotalCount", .unsigned64)
    static let notSentFlowTotalCount = iana(166, "notSentFlowTotalCount", .unsigned64)
    static let notSentPacketTotalCount = iana(167, "notSentPacketTotalCount", .unsigned64)
    static let notSentOctetTotalCount = iana(168, "notSentOctetTotalCount", .unsigned64)
    static let observationTimeMilliseconds = iana(323, "observationTimeMilliseconds", .dateTimeMilliseconds)
    static let selectorName = iana(335, "selectorName", .string)
    static let monitoringIntervalStartMilliSeconds = iana(359, "monitoringIntervalStartMilliSeconds", .dateTimeMilliseconds)
    static let monitoringIntervalEndMilliSeconds = iana(360, "monitoringIntervalEndMilliSeconds", .dateTimeMilliseconds)
    static let selectorIDTotalFlowsObserved = iana(394, "selectorIDTotalFlowsObserved", .unsigned64)

    private static func iana(_ number: UInt16, _ name: String, _ type: DataType) -> InformationElement {
        InformationElement(id: InformationElement.ID(enterprise: .iana, number: number), name: name, type: type)
    }
}
