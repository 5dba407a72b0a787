// SPDX-License-Identifier: Apache-2.0

/// The elements of IANA's registry that Weir names in code; `schemas/ipfix/iana.csv` lists them with their semantics.
extension InformationElement {
    public static let octetDeltaCount = iana(1, "octetDeltaCount", .unsigned64)
    public static let packetDeltaCount = iana(2, "packetDeltaCount", .unsigned64)
    public static let protocolIdentifier = iana(4, "protocolIdentifier", .unsigned8)
    public static let sourceTransportPort = iana(7, "sourceTransportPort", .unsigned16)
    public static let sourceIPv4Address = iana(8, "sourceIPv4Address", .ipv4Address)
    public static let destinationTransportPort = iana(11, "destinationTransportPort", .unsigned16)
    public static let destinationIPv4Address = iana(12, "destinationIPv4Address", .ipv4Address)
    public static let sourceIPv6Address = iana(27, "sourceIPv6Address", .ipv6Address)
    public static let destinationIPv6Address = iana(28, "destinationIPv6Address", .ipv6Address)
    public static let icmpTypeCodeIPv4 = iana(32, "icmpTypeCodeIPv4", .unsigned16)
    public static let flowDirection = iana(61, "flowDirection", .unsigned8)
    public static let octetTotalCount = iana(85, "octetTotalCount", .unsigned64)
    public static let packetTotalCount = iana(86, "packetTotalCount", .unsigned64)
    public static let flowEndReason = iana(136, "flowEndReason", .unsigned8)
    public static let icmpTypeCodeIPv6 = iana(139, "icmpTypeCodeIPv6", .unsigned16)
    public static let flowStartSeconds = iana(150, "flowStartSeconds", .dateTimeSeconds)
    public static let flowEndSeconds = iana(151, "flowEndSeconds", .dateTimeSeconds)
    public static let flowStartMilliseconds = iana(152, "flowStartMilliseconds", .dateTimeMilliseconds)
    public static let flowEndMilliseconds = iana(153, "flowEndMilliseconds", .dateTimeMilliseconds)
    public static let informationElementId = iana(303, "informationElementId", .unsigned16)
    public static let informationElementDataType = iana(339, "informationElementDataType", .unsigned8)
    public static let informationElementName = iana(341, "informationElementName", .string)
    public static let informationElementSemantics = iana(344, "informationElementSemantics", .unsigned8)
    public static let informationElementUnits = iana(345, "informationElementUnits", .unsigned16)
    public static let privateEnterpriseNumber = iana(346, "privateEnterpriseNumber", .unsigned32)
    public static let originalExporterIPv4Address = iana(403, "originalExporterIPv4Address", .ipv4Address)
    public static let originalExporterIPv6Address = iana(404, "originalExporterIPv6Address", .ipv6Address)
    public static let originalObservationDomainId = iana(405, "originalObservationDomainId", .unsigned32)

    private static func iana(_ number: UInt16, _ name: String, _ type: DataType) -> InformationElement {
        InformationElement(id: ID(enterprise: .iana, number: number), name: name, type: type)
    }
}
