// SPDX-License-Identifier: Apache-2.0

/// What IPFIX Messages (RFC 7011 §3.1) and NetFlow v9 packets (RFC 3954 §5) look like from outside, to tell them from other payloads.
enum MessageShape {
    /// Of an IPFIX Message's header.
    static let headerLength = 16
    static let netFlow9HeaderLength = 20
    /// Octets by which a Message is recognised: its header and its first Set's.
    static let recognizedLength = 20
    /// Sets looked at, so that a hostile stream costs no more than a constant an octet.
    private static let maximumSets = 64

    /// Whether what there is of the version and the length, an octet at least, can be those of an IPFIX header.
    static func canBegin(in octets: Span<UInt8>, at offset: Int) -> Bool {
        guard octets.octet(at: offset) == 0 else { return false }
        if let version = octets.uint16(at: offset), version != 10 { return false }
        return octets.uint16(at: offset + 2).map { $0 >= headerLength } ?? true
    }

    /// The length that an IPFIX header claims; nil where there is no such header.
    static func length(in octets: Span<UInt8>, at offset: Int) -> Int? {
        guard octets.uint16(at: offset) == 10, let length = octets.uint16(at: offset + 2), length >= headerLength else { return nil }
        return Int(length)
    }

    /// Whether an IPFIX header with a possible first Set begins here. One without any Set is not recognised: 16 octets say too little.
    static func isPlausible(in octets: Span<UInt8>, at offset: Int) -> Bool {
        guard let length = length(in: octets, at: offset) else { return false }
        return isSet(in: octets, at: offset + headerLength, room: length - headerLength, firstData: 256, templates: 2...3)
    }

    /// Whether a NetFlow v9 header with a possible first FlowSet begins the octets.
    static func isPlausibleNetFlow9(_ octets: Span<UInt8>) -> Bool {
        guard octets.uint16(at: 0) == 9, let count = octets.uint16(at: 2), count > 0 else { return false }
        return isSet(in: octets, at: netFlow9HeaderLength, room: octets.count - netFlow9HeaderLength, firstData: 256, templates: 0...1)
    }

    /// Whether the Sets of a Message fill it exactly; the first 64 of them count.
    static func setsAddUp(in octets: Span<UInt8>, at offset: Int, length: Int) -> Bool {
        var position = headerLength
        var sets = 0
        while position < length, sets < maximumSets {
            guard isSet(in: octets, at: offset + position, room: length - position, firstData: 256, templates: 2...3),
                let setLength = octets.uint16(at: offset + position + 2)
            else { return false }
            position += Int(setLength)
            sets += 1
        }
        return sets == maximumSets || position == length
    }

    private static func isSet(in octets: Span<UInt8>, at offset: Int, room: Int, firstData: UInt16, templates: ClosedRange<UInt16>) -> Bool
    {
        guard let id = octets.uint16(at: offset), let length = octets.uint16(at: offset + 2) else { return false }
        return (templates.contains(id) || id >= firstData) && length >= 4 && Int(length) <= room
    }
}
