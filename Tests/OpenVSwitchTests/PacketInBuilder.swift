// SPDX-License-Identifier: Apache-2.0

@testable import OpenVSwitch

/// Writes an NXT_PACKET_IN2 message as Open vSwitch does.
struct PacketInBuilder {
    var table: UInt8 = 70
    var registers: [UInt8: UInt32] = [0: 0x800]
    var userdata: [UInt8] = [1, 4]
    var conntrackState: UInt32 = 0x21
    var originalDestination: (address: UInt32, port: UInt16)?
    var frame: [UInt8] = Self.frame(number: 6, payload: [0x12, 0x34, 0x27, 0x0F])

    var message: [UInt8] {
        var body: [UInt8] = []
        body.append(bigEndian: UInt32(0x2320))
        body.append(bigEndian: UInt32(30))
        body += property(0, frame) + property(3, [table]) + property(6, metadata) + property(7, userdata)
        return OpenFlowMessage(version: 6, type: OpenFlowMessage.Kind.experimenter, transactionID: 0, body: body).octets
    }

    private var metadata: [UInt8] {
        var fields: [UInt8] = []
        func add(_ number: UInt8, _ value: some FixedWidthInteger) {
            fields += [0, 1, number << 1, UInt8(value.bitWidth / 8)]
            fields.append(bigEndian: value)
        }
        for (number, value) in registers.sorted(by: { $0.key < $1.key }) { add(number, value) }
        add(105, conntrackState)
        if let originalDestination {
            add(121, originalDestination.address)
            add(125, originalDestination.port)
        }
        return fields
    }

    private func property(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.append(bigEndian: type)
        octets.append(bigEndian: UInt16(4 + value.count))
        octets += value
        return octets + [UInt8](repeating: 0, count: (8 - octets.count % 8) % 8)
    }

    /// An Ethernet frame with an IPv4 packet from 10.10.1.2 to 10.10.1.3.
    static func frame(number: UInt8, payload: [UInt8], fragmentOffset: UInt16 = 0) -> [UInt8] {
        var frame = [UInt8](repeating: 2, count: 12) + [8, 0, 0x45, 0]
        frame.append(bigEndian: UInt16(20 + payload.count))
        frame.append(bigEndian: UInt16(0))
        frame.append(bigEndian: fragmentOffset)
        return frame + [64, number, 0, 0, 10, 10, 1, 2, 10, 10, 1, 3] + payload
    }
}
