// SPDX-License-Identifier: Apache-2.0

/// What octets look like from outside: whether a Message may begin there, and whether its Sets fill it.
enum MessageShape {
    /// Version and length.
    static let prefixLength = 4
    /// So many Sets in a row are no accident. Looking at no more keeps the search for a Message linear, whatever the octets are.
    private static let conclusiveSets = 32

    /// Whether what there is of the version and the length can be a Message's; also true of no octets.
    static func canBegin(in octets: Span<UInt8>, at start: Int) -> Bool {
        let available = octets.count - start
        if available >= 1, octets[start] != UInt8(MessageHeader.version >> 8) { return false }
        if available >= 2, octets[start + 1] != UInt8(MessageHeader.version & 255) { return false }
        return available < prefixLength || integer(in: octets, at: start + 2) >= MessageHeader.length
    }

    /// The length that a header claims; nil if there is none or the octets are too few to say.
    static func length(in octets: Span<UInt8>, at start: Int) -> Int? {
        guard octets.count - start >= prefixLength, canBegin(in: octets, at: start) else { return nil }
        return integer(in: octets, at: start + 2)
    }

    /// Whether Sets, at least one, have possible ids and fill the octets of a Message exactly.
    static func isFilledBySets(_ octets: Span<UInt8>, in message: Range<Int>) -> Bool {
        var position = message.lowerBound + MessageHeader.length
        var sets = 0
        while message.upperBound - position >= SetID.headerLength, sets < conclusiveSets {
            let id = integer(in: octets, at: position), length = integer(in: octets, at: position + 2)
            guard id >= SetID.firstData || id == SetID.template || id == SetID.optionsTemplate else { return false }
            guard length >= SetID.headerLength else { return false }
            position += length
            sets += 1
        }
        return sets == conclusiveSets && position <= message.upperBound || sets > 0 && position == message.upperBound
    }

    private static func integer(in octets: Span<UInt8>, at offset: Int) -> Int {
        Int(octets[offset]) << 8 | Int(octets[offset + 1])
    }
}
