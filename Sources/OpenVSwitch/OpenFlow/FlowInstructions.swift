// SPDX-License-Identifier: Apache-2.0

/// What the instructions of a flow do with a packet, as far as it matters here: whether it goes on anywhere.
enum FlowInstructions {
    private static let gotoTable: UInt16 = 1, writeActions: UInt16 = 3, applyActions: UInt16 = 4
    private static let nicira: UInt32 = 0x2320

    /// Actions of OpenFlow that only change a packet, by number (OpenFlow 1.5.1 §7.2.6.1): TTL, VLAN, MPLS, queue and field actions.
    private static let changing: Set<UInt16> = [11, 12, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29]
    /// Nicira's that only change a packet, tell the controller or learn (Open vSwitch lib/ofp-actions.c): NXAST_SET_TUNNEL, SET_QUEUE,
    /// POP_QUEUE, REG_MOVE, REG_LOAD, NOTE, SET_TUNNEL64, LEARN, EXIT, DEC_TTL, FIN_TIMEOUT, CONTROLLER, DEC_TTL_CNT_IDS, STACK_PUSH,
    /// STACK_POP, SAMPLE, REG_LOAD2, CONTROLLER2, SAMPLE2.
    private static let changingNicira: Set<UInt16> = [2, 4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 21, 27, 28, 29, 33, 37, 38]
    /// OFPP_CONTROLLER; since 1.3 a packet sent there goes nowhere else.
    private static let controllerPort: UInt32 = 0xFFFF_FFFD

    /// Whether a packet ends at the flow: it is dropped, or only its controller hears of it. False when in doubt.
    static func endPacket(_ octets: Span<UInt8>) -> Bool {
        var offset = 0
        while offset + 4 <= octets.count {
            guard let type = octets.bigEndian16(at: offset), let length = octets.bigEndian16(at: offset + 2).map({ Int($0) }), length >= 4,
                offset + length <= octets.count
            else { return false }
            if type == gotoTable { return false }
            if type == writeActions || type == applyActions {
                guard length >= 8, endPacket(actions: octets.extracting(offset + 8..<offset + length)) else { return false }
            }
            offset += length
        }
        return true
    }

    private static func endPacket(actions octets: Span<UInt8>) -> Bool {
        var offset = 0
        while offset + 4 <= octets.count {
            guard let type = octets.bigEndian16(at: offset), let length = octets.bigEndian16(at: offset + 2).map({ Int($0) }), length >= 8,
                offset + length <= octets.count
            else { return false }
            switch type {
            case 0: if octets.bigEndian32(at: offset + 4) != controllerPort { return false }
            case 0xFFFF:
                guard octets.bigEndian32(at: offset + 4) == nicira, let subtype = octets.bigEndian16(at: offset + 8),
                    changingNicira.contains(subtype)
                else { return false }
            default: if !changing.contains(type) { return false }
            }
            offset += length
        }
        return true
    }
}
