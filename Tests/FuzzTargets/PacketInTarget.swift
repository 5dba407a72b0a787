// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import OpenVSwitch

/// OpenFlow messages, one after another. Any outcome will do, as long as there is one.
enum PacketInTarget {
    static func run(_ octets: [UInt8]) {
        let decoder = DeniedPacketDecoder()
        var rest = octets[...]
        while !rest.isEmpty {
            let message = rest.prefix(length(of: rest))
            _ = decoder.decode(Array(message), at: Timestamp(seconds: 1_800_000_000))
            rest = rest.dropFirst(message.count)
        }
    }

    /// What the header says, as long as it can be followed.
    private static func length(of octets: ArraySlice<UInt8>) -> Int {
        guard octets.count >= 8 else { return octets.count }
        let length = Int(octets[octets.startIndex + 2]) << 8 | Int(octets[octets.startIndex + 3])
        return length >= 8 ? length : octets.count
    }
}
