// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// A text that a ``NameTable`` has numbered.
public struct NameID: Sendable, Hashable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Stands for every text that came after the table was full.
    public static let tooMany = NameID(rawValue: 0)
}

/// Numbers texts, so that records carry four octets instead of a string, and text exists only in answers.
///
/// Ids are dense and start at 1; they live as long as the table. At `capacity`, or when a text would go beyond `octetCapacity`, a new
/// text becomes ``NameID/tooMany`` and is counted: an exporter that invents names, many or long, cannot grow the table without bound.
public struct NameTable: ~Copyable, Sendable {
    public static let tooManyText = "(too many names)"

    public let capacity: Int
    /// Octets of all texts together; below 2³².
    public let octetCapacity: Int
    /// How many times a text was refused because the table was full.
    public private(set) var refused: UInt64 = 0

    // Open addressing over slots; texts lie one after another in `arena`.
    private var slots: [Slot]
    private var texts: [Text]
    private var arena: [UInt8]
    private let seed: UInt64

    /// Id 0 is a free slot. The tag is a part of the hash that did not choose the slot: most other texts differ in it already.
    private struct Slot {
        var tag: UInt32
        var id: UInt32
    }

    /// Where a text lies in `arena`.
    private struct Text {
        let start: UInt32
        let count: UInt32

        @inline(__always)
        var range: Range<Int> { Int(start)..<Int(start) &+ Int(count) }
    }

    /// - Parameter seed: random in production since names come from the network; constant in simulation.
    public init(capacity: Int = 1 << 20, octetCapacity: Int = 1 << 28, seed: UInt64) {
        self.capacity = capacity
        self.octetCapacity = octetCapacity
        self.seed = seed ^ 0x9E37_79B9_7F4A_7C15
        slots = Array(repeating: Slot(tag: 0, id: 0), count: 1024)
        arena = Array(Self.tooManyText.utf8)
        texts = [Text(start: 0, count: UInt32(arena.count))]
    }

    /// Texts numbered so far, without ``NameID/tooMany``.
    public var count: Int { texts.count - 1 }

    public mutating func id(of text: String) -> NameID {
        let octets = Array(text.utf8)
        return unsafe id(of: octets.span.bytes, range: 0..<octets.count)
    }

    /// The id of the text in a range of octets. Octets that are not UTF-8 are kept as they are and repaired when read.
    public mutating func id(of octets: RawSpan, range: Range<Int>) -> NameID {
        let hash = octets.textHash(range, seed: seed)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        let (index, id) = find(octets, range, tag: tag, from: Int(truncatingIfNeeded: hash))
        return id == 0 ? insert(octets, range, tag: tag, at: index) : NameID(rawValue: id)
    }

    /// The slot of a text and its id, or the slot that it should take and 0.
    @inline(__always)
    private func find(_ octets: RawSpan, _ range: Range<Int>, tag: UInt32, from hash: Int) -> (index: Int, id: UInt32) {
        let slots = slots.span, texts = texts.span
        // The span is the array's, which nobody changes meanwhile.
        let arena = unsafe arena.span.bytes
        let mask = slots.count &- 1
        var index = hash & mask
        while true {
            let slot = slots[index]
            if slot.id == 0 { return (index, 0) }
            if slot.tag == tag, arena.isEqual(texts[Int(slot.id)].range, to: octets, range) { return (index, slot.id) }
            index = (index &+ 1) & mask
        }
    }

    private mutating func insert(_ octets: RawSpan, _ range: Range<Int>, tag: UInt32, at index: Int) -> NameID {
        guard count < capacity, arena.count + range.count <= octetCapacity else {
            refused += 1
            return .tooMany
        }
        let id = UInt32(texts.count)
        texts.append(Text(start: UInt32(arena.count), count: UInt32(range.count)))
        for index in range { arena.append(octets.octet(at: index)) }
        slots[index] = Slot(tag: tag, id: id)
        if texts.count * 2 > slots.count { grow() }
        return NameID(rawValue: id)
    }

    /// The text of an id of this table; another table's id gives some other text or "".
    public func text(of id: NameID) -> String {
        let index = Int(id.rawValue)
        guard index < texts.count else { return "" }
        return String(decoding: arena[texts[index].range], as: UTF8.self)
    }

    /// Appends the length of a text in one octet, and its octets, at most `limit`.
    ///
    /// - Returns: false, and nothing is appended, for a text that is not ASCII.
    func appendASCII(_ id: NameID, limit: Int, to writer: inout OctetWriter) -> Bool {
        let index = Int(id.rawValue)
        guard index < texts.count else { return false }
        let range = texts[index].range
        let octets = arena.span
        for place in range where octets[place] >= 0x80 { return false }
        let count = min(range.count, limit)
        writer.append(UInt8(count))
        for place in range.prefix(count) { writer.append(octets[place]) }
        return true
    }

    private mutating func grow() {
        var larger = [Slot](repeating: Slot(tag: 0, id: 0), count: slots.count * 2)
        for id in 1..<texts.count {
            // The span is the array's, which nobody changes meanwhile.
            let hash = unsafe arena.span.bytes.textHash(texts[id].range, seed: seed)
            var index = Int(truncatingIfNeeded: hash) & (larger.count - 1)
            while larger[index].id != 0 { index = (index + 1) & (larger.count - 1) }
            larger[index] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), id: UInt32(id))
        }
        slots = larger
    }
}
