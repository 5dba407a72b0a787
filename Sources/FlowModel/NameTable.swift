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
    /// Octets of all texts together.
    public let octetCapacity: Int
    /// How many times a text was refused because the table was full.
    public private(set) var refused: UInt64 = 0

    // Open addressing over slots that hold ids; texts lie one after another in `arena`.
    private var slots: [UInt32]
    private var ends: [Int]
    private var arena: [UInt8]
    private let seed: UInt64

    /// - Parameter seed: random in production since names come from the network; constant in simulation.
    public init(capacity: Int = 1 << 20, octetCapacity: Int = 1 << 28, seed: UInt64) {
        self.capacity = capacity
        self.octetCapacity = octetCapacity
        self.seed = seed
        slots = Array(repeating: 0, count: 1024)
        arena = Array(Self.tooManyText.utf8)
        ends = [arena.count]
    }

    /// Texts numbered so far, without ``NameID/tooMany``.
    public var count: Int { ends.count - 1 }

    public mutating func id(of text: String) -> NameID {
        let octets = Array(text.utf8)
        return unsafe id(of: octets.span.bytes, range: 0..<octets.count)
    }

    /// The id of the text in a range of octets. Octets that are not UTF-8 are kept as they are and repaired when read.
    public mutating func id(of octets: RawSpan, range: Range<Int>) -> NameID {
        var slot = Int(truncatingIfNeeded: hash(octets, range)) & (slots.count - 1)
        while slots[slot] != 0 {
            if equals(slots[slot], octets, range) { return NameID(rawValue: slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard count < capacity, arena.count + range.count <= octetCapacity else {
            refused += 1
            return .tooMany
        }
        let id = UInt32(ends.count)
        for index in range { arena.append(octets.octet(at: index)) }
        ends.append(arena.count)
        slots[slot] = id
        if ends.count * 2 > slots.count { grow() }
        return NameID(rawValue: id)
    }

    /// The text of an id of this table; another table's id gives some other text or "".
    public func text(of id: NameID) -> String {
        let index = Int(id.rawValue)
        guard index < ends.count else { return "" }
        return String(decoding: arena[range(of: index)], as: UTF8.self)
    }

    private func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    private func equals(_ id: UInt32, _ octets: RawSpan, _ range: Range<Int>) -> Bool {
        let own = self.range(of: Int(id))
        guard own.count == range.count else { return false }
        for offset in 0..<own.count where arena[own.lowerBound + offset] != octets.octet(at: range.lowerBound + offset) {
            return false
        }
        return true
    }

    private func hash(_ octets: RawSpan, _ range: Range<Int>) -> UInt64 {
        var mixer = NameHash(seed: seed)
        for index in range { mixer.combine(octets.octet(at: index)) }
        return mixer.value
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        for index in 1..<ends.count {
            var slot = Int(truncatingIfNeeded: unsafe hash(arena.span.bytes, range(of: index))) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = UInt32(index)
        }
        slots = larger
    }
}

/// Eight octets at a time through a multiply and fold.
private struct NameHash {
    private var state: UInt64
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(seed: UInt64) { state = seed ^ 0x9E37_79B9_7F4A_7C15 }

    mutating func combine(_ octet: UInt8) {
        pending = pending << 8 | UInt64(octet)
        pendingCount += 1
        if pendingCount & 7 == 0 { fold() }
    }

    private mutating func fold() {
        let product = (state ^ pending).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        state = product.high ^ product.low
        pending = 0
    }

    var value: UInt64 {
        var last = self
        last.pending ^= pendingCount << 56
        last.fold()
        return last.state
    }
}
