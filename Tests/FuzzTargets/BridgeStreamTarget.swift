// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering
internal import OpenVSwitch

/// IPFIX Messages of a bridge, one after another, each as long as its header says.
enum BridgeStreamTarget {
    static func run(_ octets: [UInt8]) {
        var stream = BridgeFlowStream(observationDomainID: nil)
        var counts: [DirectionCount] = []
        var rest = octets[...]
        while !rest.isEmpty {
            let message = rest.prefix(length(of: rest))
            stream.receive(Array(message), at: Timestamp(seconds: 1_800_000_000), into: &counts)
            rest = rest.dropFirst(message.count)
        }
        let sums = stream.statistics
        precondition(sums.records == sums.counted + sums.sentOn + sums.incomplete, "a record is not accounted for")
        precondition(sums.counted == UInt64(counts.count), "a count is not accounted for")
    }

    /// What the header says, as long as it can be followed.
    private static func length(of octets: ArraySlice<UInt8>) -> Int {
        guard octets.count >= 4 else { return octets.count }
        let length = Int(octets[octets.startIndex + 2]) << 8 | Int(octets[octets.startIndex + 3])
        return length >= 4 ? length : octets.count
    }
}
