// SPDX-License-Identifier: Apache-2.0

/// NXT_PACKET_IN2 (Open vSwitch include/openflow/nicira-ext.h): the one form of packet-in with userdata and metadata.
struct PacketIn2 {
    /// The frame, or the start of it.
    var frame: [UInt8] = []
    /// Of the whole frame, when `frame` is only its start.
    var fullLength: UInt32?
    var table: UInt8?
    var cookie: UInt64?
    var metadata = MatchFields()
    var userdata: [UInt8] = []

    private static let nicira: UInt32 = 0x2320
    private static let packetIn2: UInt32 = 30

    /// Property types of `enum nx_packet_in2_prop_type`.
    private enum Property {
        static let packet: UInt16 = 0, fullLength: UInt16 = 1, table: UInt16 = 3, cookie: UInt16 = 4
        static let metadata: UInt16 = 6, userdata: UInt16 = 7
    }

    static func isPacketIn2(_ message: OpenFlowMessage) -> Bool {
        message.type == OpenFlowMessage.Kind.experimenter && message.body.span.bigEndian32(at: 0) == nicira
            && message.body.span.bigEndian32(at: 4) == packetIn2
    }

    /// Nil when the message is none, or a property runs over its end.
    init?(_ message: OpenFlowMessage) {
        guard Self.isPacketIn2(message) else { return nil }
        let body = message.body.span
        var offset = 8
        while offset < body.count {
            guard let type = body.bigEndian16(at: offset), let length = body.bigEndian16(at: offset + 2).map({ Int($0) }), length >= 4,
                offset + length <= body.count, take(type, body.extracting(offset + 4..<offset + length))
            else { return nil }
            offset += (length + 7) / 8 * 8
        }
    }

    private mutating func take(_ type: UInt16, _ value: Span<UInt8>) -> Bool {
        switch type {
        case Property.packet: frame = (0..<value.count).map { value[$0] }
        case Property.fullLength: fullLength = value.bigEndian32(at: 0)
        case Property.table: table = value.octet(at: 0)
        // 64-bit values are aligned: four octets of padding come first.
        case Property.cookie: cookie = value.bigEndian64(at: 4)
        case Property.metadata:
            guard let fields = MatchFields(oxm: value) else { return false }
            metadata = fields
        case Property.userdata: userdata = (0..<value.count).map { value[$0] }
        default: break
        }
        return true
    }
}
