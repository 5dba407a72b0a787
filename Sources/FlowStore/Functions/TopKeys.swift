// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Numbers values of SQLite in the order of their first use: equal are those of one type with the same octets. Its octets are hashed and compared
/// where SQLite has them, so that only a value that is new is copied.
struct TopKeys {
    enum Kind: UInt64 { case null, integer, real, text, blob }

    private struct Entry {
        let kind: Kind
        let hash: UInt64
        /// The number, the bits of a real one, or where in `octets` the value begins.
        let value: Int64
        let length: Int
    }

    private var entries: [Entry] = []
    private var octets: [UInt8] = []
    /// Numbers counted from 1; 0 where there is none. At most half are taken.
    private var slots = [UInt32](repeating: 0, count: 1 << 10)
    /// Who chooses names must not be able to choose slots.
    private let seed = UInt64.random(in: .min ... .max)

    var count: Int { entries.count }
    /// Of all values of text and blobs together.
    var octetCount: Int { octets.count }

    mutating func number(of kind: Kind, _ value: Int64) -> Int {
        let hash = Self.mixed(seed ^ kind.rawValue, UInt64(bitPattern: value))
        var slot = slot(of: hash)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if entries[number].kind == kind, entries[number].value == value { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return take(slot, Entry(kind: kind, hash: hash, value: value, length: 0))
    }

    mutating func number(of kind: Kind, _ value: UnsafeRawBufferPointer) -> Int {
        let hash = unsafe hash(of: kind, value)
        var slot = slot(of: hash)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if entries[number].hash == hash, entries[number].kind == kind, unsafe isValue(of: entries[number], value) {
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let entry = Entry(kind: kind, hash: hash, value: Int64(octets.count), length: value.count)
        unsafe octets.append(contentsOf: value)
        return take(slot, entry)
    }

    subscript(number: Int) -> ResultValue {
        let entry = entries[number]
        switch entry.kind {
        case .null: return .null
        case .integer: return .integer(entry.value)
        case .real: return .real(Double(bitPattern: UInt64(bitPattern: entry.value)))
        case .text: return .text(String(decoding: octets(of: entry), as: UTF8.self))
        case .blob: return .blob(Array(octets(of: entry)))
        }
    }

    private func octets(of entry: Entry) -> ArraySlice<UInt8> { octets[Int(entry.value)..<Int(entry.value) + entry.length] }

    /// Reads `length` octets of both, which each has.
    private func isValue(of entry: Entry, _ value: UnsafeRawBufferPointer) -> Bool {
        guard entry.length == value.count else { return false }
        guard let base = value.baseAddress, entry.length > 0 else { return true }
        return unsafe octets.withUnsafeBytes { unsafe memcmp($0.baseAddress! + Int(entry.value), base, entry.length) == 0 }
    }

    private mutating func take(_ slot: Int, _ entry: Entry) -> Int {
        entries.append(entry)
        slots[slot] = UInt32(entries.count)
        if entries.count * 2 > slots.count { grow() }
        return entries.count - 1
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in entries.indices {
            var slot = slot(of: entries[number].hash)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }

    private func slot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

    /// Eight octets at a time; loads end with the value.
    private func hash(of kind: Kind, _ value: UnsafeRawBufferPointer) -> UInt64 {
        var hash = Self.mixed(seed ^ kind.rawValue, UInt64(truncatingIfNeeded: value.count))
        var offset = 0
        while offset + 8 <= value.count {
            hash = Self.mixed(hash, unsafe value.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < value.count {
            rest = rest << 8 | UInt64(unsafe value[offset])
            offset += 1
        }
        return Self.mixed(hash, rest)
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 32
    }
}
