// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

extension MatchFields {
    /// Reads a sequence of OXM fields (OpenFlow 1.5.1 §7.2.3): class, field and mask bit, length, value, mask.
    ///
    /// Fields that are not known are skipped. Nil when a field runs over the end.
    init?(oxm octets: Span<UInt8>) {
        self.init()
        var offset = 0
        while offset < octets.count {
            guard let classNumber = octets.bigEndian16(at: offset), let second = octets.octet(at: offset + 2),
                let length = octets.octet(at: offset + 3), offset + 4 + Int(length) <= octets.count
            else { return nil }
            let value = octets.extracting(offset + 4..<offset + 4 + Int(length))
            take(OXMField(classNumber: classNumber, number: second >> 1, hasMask: second & 1 == 1), value)
            offset += 4 + Int(length)
        }
    }

    /// `payload` is the value, or the value and a mask of the same length.
    private mutating func take(_ field: OXMField, _ payload: Span<UInt8>) {
        guard field.hasMask else {
            if !takeWhole(field, payload) { takePartial(field, payload, mask: nil) }
            return
        }
        let half = payload.count / 2
        let value = payload.extracting(0..<half)
        let mask = payload.extracting(half..<payload.count)
        let isWhole = (0..<mask.count).allSatisfy { mask[$0] == 0xFF }
        if isWhole, takeWhole(field, value) { return }
        if isWhole {
            takePartial(field, value, mask: nil)
        } else {
            takePartial(field, value, mask: mask)
        }
    }

    /// Fields that count only when matched whole. Classes: 0x8000 OpenFlow basic, 0 and 1 Nicira's (Open vSwitch
    /// include/openvswitch/meta-flow.h).
    private mutating func takeWhole(_ field: OXMField, _ value: Span<UInt8>) -> Bool {
        switch (field.classNumber, field.number) {
        case (0x8000, 0): inPort = value.bigEndian32(at: 0)
        case (0x8000, 5), (0, 3): etherType = value.bigEndian16(at: 0)
        case (0x8000, 10), (0, 6): protocolIdentifier = value.octet(at: 0)
        case (0x8000, 11), (0, 7), (0x8000, 26), (1, 19): source = address(value)
        case (0x8000, 12), (0, 8), (0x8000, 27), (1, 20): destination = address(value)
        case (0x8000, 13), (0x8000, 15), (0x8000, 17), (0, 9), (0, 11): sourcePort = value.bigEndian16(at: 0)
        case (0x8000, 14), (0x8000, 16), (0x8000, 18), (0, 10), (0, 12): destinationPort = value.bigEndian16(at: 0)
        case (0x8000, 19), (0x8000, 29), (0, 13), (1, 21): icmpType = value.octet(at: 0)
        case (0x8000, 20), (0x8000, 30), (0, 14), (1, 22): icmpCode = value.octet(at: 0)
        case (1, 106): conntrackZone = value.bigEndian16(at: 0)
        case (1, 119): originalProtocolIdentifier = value.octet(at: 0)
        case (1, 120), (1, 122): originalSource = address(value)
        case (1, 121), (1, 123): originalDestination = address(value)
        case (1, 124): originalSourcePort = value.bigEndian16(at: 0)
        case (1, 125): originalDestinationPort = value.bigEndian16(at: 0)
        default: return false
        }
        return true
    }

    private mutating func takePartial(_ field: OXMField, _ value: Span<UInt8>, mask: Span<UInt8>?) {
        switch (field.classNumber, field.number) {
        case (1, 105):
            conntrackState = value.bigEndian32(at: 0).map(ConntrackState.init)
            conntrackStateMask = ConntrackState(rawValue: .max)
            if let mask { conntrackStateMask = mask.bigEndian32(at: 0).map(ConntrackState.init) }
        case (1, 107): conntrackMark = value.bigEndian32(at: 0)
        case (1, 108):
            conntrackLabel = label(value)
            conntrackLabelMask = Connection.Label(high: .max, low: .max)
            if let mask { conntrackLabelMask = label(mask) }
        // One register, or two (OpenFlow's packet registers) or four of them as one field, the first most significant.
        case (1, 0...15): takeRegisters(from: field.number, count: 1, value, mask)
        case (0x8001, 0...7): takeRegisters(from: field.number * 2, count: 2, value, mask)
        case (1, 111...114): takeRegisters(from: (field.number - 111) * 4, count: 4, value, mask)
        default: break
        }
    }

    private mutating func takeRegisters(from first: UInt8, count: UInt8, _ value: Span<UInt8>, _ mask: Span<UInt8>?) {
        for index in 0..<count {
            guard let bits = value.bigEndian32(at: Int(index) * 4) else { return }
            if let mask, mask.bigEndian32(at: Int(index) * 4) ?? 0 == 0 { continue }
            registers[first + index] = bits
        }
    }

    private func address(_ value: Span<UInt8>) -> IPAddress? {
        if value.count == 4 { return value.bigEndian32(at: 0).map(IPAddress.init(v4:)) }
        guard value.count == 16, let high = value.bigEndian64(at: 0), let low = value.bigEndian64(at: 8) else { return nil }
        return IPAddress(high: high, low: low)
    }

    private func label(_ value: Span<UInt8>) -> Connection.Label? {
        guard let high = value.bigEndian64(at: 0), let low = value.bigEndian64(at: 8) else { return nil }
        return Connection.Label(high: high, low: low)
    }
}

/// The header of an OXM field.
private struct OXMField {
    let classNumber: UInt16
    let number: UInt8
    let hasMask: Bool
}
