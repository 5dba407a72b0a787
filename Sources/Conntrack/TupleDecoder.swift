// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// Decodes one direction of an entry (CTA_TUPLE_ORIG or CTA_TUPLE_REPLY).
struct TupleDecoder {
    private var source: IPAddress?
    private var destination: IPAddress?
    private var hasV4 = false
    private var hasV6 = false
    private var sourcePort: UInt16 = 0
    private var destinationPort: UInt16 = 0
    private var icmpIdentifier: UInt16?
    private var icmpType: UInt8?
    private var icmpCode: UInt8?
    private(set) var protocolNumber: UInt8?
    private(set) var zone: UInt16?

    init(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            switch TupleAttribute(rawValue: attribute.type) {
            case .addresses: try decodeAddresses(attribute.value, of: octets)
            case .transport: try decodeTransport(attribute.value, of: octets)
            case .zone: zone = try octets.number(UInt16.self, in: attribute.value)
            case nil: continue
            }
        }
    }

    func tuple() throws(RejectionReason) -> Connection.Tuple {
        guard let source, let destination else { throw .missingTuple }
        guard hasV4 != hasV6 else { throw .contradiction }
        return Connection.Tuple(
            source: source, destination: destination, sourcePort: sourcePort, destinationPort: destinationPort, icmp: icmp)
    }

    private var icmp: Connection.ICMP? {
        guard let icmpIdentifier, let icmpType, let icmpCode else { return nil }
        return Connection.ICMP(identifier: icmpIdentifier, type: icmpType, code: icmpCode)
    }

    private mutating func decodeAddresses(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            switch AddressAttribute(rawValue: attribute.type) {
            case .sourceV4: source = try decodeV4(attribute.value, of: octets)
            case .destinationV4: destination = try decodeV4(attribute.value, of: octets)
            case .sourceV6: source = try decodeV6(attribute.value, of: octets)
            case .destinationV6: destination = try decodeV6(attribute.value, of: octets)
            case nil: continue
            }
        }
    }

    private mutating func decodeV4(_ value: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> IPAddress {
        hasV4 = true
        return IPAddress(v4: try octets.number(UInt32.self, in: value))
    }

    private mutating func decodeV6(_ value: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> IPAddress {
        guard value.count == 16 else { throw .valueLength }
        hasV6 = true
        return IPAddress(
            high: octets.network(UInt64.self, at: value.lowerBound), low: octets.network(UInt64.self, at: value.lowerBound + 8))
    }

    private mutating func decodeTransport(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            guard let type = TransportAttribute(rawValue: attribute.type) else { continue }
            switch type {
            case .number: protocolNumber = try octets.number(UInt8.self, in: attribute.value)
            case .sourcePort: sourcePort = try octets.number(UInt16.self, in: attribute.value)
            case .destinationPort: destinationPort = try octets.number(UInt16.self, in: attribute.value)
            case .icmpIdentifier, .icmpV6Identifier: icmpIdentifier = try octets.number(UInt16.self, in: attribute.value)
            case .icmpType, .icmpV6Type: icmpType = try octets.number(UInt8.self, in: attribute.value)
            case .icmpCode, .icmpV6Code: icmpCode = try octets.number(UInt8.self, in: attribute.value)
            }
        }
    }
}
