// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// One tuple of a line, with the counters that stand inside its parentheses.
struct DumpTuple {
    var source: IPAddress?
    var destination: IPAddress?
    var sourcePort: UInt16 = 0
    var destinationPort: UInt16 = 0
    var icmpIdentifier: UInt16?
    var icmpType: UInt8?
    var icmpCode: UInt8?
    var packets: UInt64?
    var octets: UInt64?

    var isCounted: Bool { packets != nil || octets != nil }

    var tuple: Connection.Tuple? {
        guard let source, let destination else { return nil }
        return Connection.Tuple(
            source: source, destination: destination, sourcePort: sourcePort, destinationPort: destinationPort, icmp: icmp)
    }

    private var icmp: Connection.ICMP? {
        guard icmpIdentifier != nil || icmpType != nil || icmpCode != nil else { return nil }
        return Connection.ICMP(identifier: icmpIdentifier ?? 0, type: icmpType ?? 0, code: icmpCode ?? 0)
    }
}
