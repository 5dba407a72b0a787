// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One flow over one interval, both directions: a row of words without references.
///
/// Each field of ``FlowField`` has its place whether it is known or not; a bit says which are. Text is a ``NameID`` of the
/// ``NameTable`` of whoever owns the record. Nothing here allocates, so a record may be decoded, merged and stored in place.
///
/// ```
///   known: 128 bits          words: ┌ sourceIPAddress (2) ┬ … ┬ flowStartMilliseconds ┬ … ┬ observation ┐
/// ```
///
/// A field is read and written by its kind: `record[address: .sourceIPAddress]`, `record[unsigned: .octetDeltaCount]`,
/// `record[name: .sourcePodName]`, `record[time: .flowEndMilliseconds]`. Nil is unknown, which is not zero.
public struct FlowRecord: Sendable {
    @usableFromInline static let wordCount = 102
    @usableFromInline var words = InlineArray<102, UInt64>(repeating: 0)
    @usableFromInline var knownLow: UInt64 = 0
    @usableFromInline var knownHigh: UInt64 = 0
    /// Which half it is, of a record that somebody passed on and whose names say no more which node told it. Nil of every other record, and
    /// no field: it belongs to the way that the record came.
    public var proxiedDirection: FlowDirection?

    public init() {}

    // Inlined always: a call would copy the whole record.
    @inlinable @inline(__always)
    public func isKnown(_ field: FlowField) -> Bool {
        let index = UInt64(field.rawValue)
        return (index < 64 ? knownLow >> index : knownHigh >> (index - 64)) & 1 == 1
    }

    /// As a new record; cheaper, as nothing is copied.
    mutating func forgetAll() {
        for index in 0..<Self.wordCount { words[index] = 0 }
        knownLow = 0
        knownHigh = 0
        proxiedDirection = nil
    }

    /// What a field of one word holds; the field is known then.
    @inline(__always)
    mutating func setNarrow(_ field: FlowField, to value: UInt64) {
        words[field.word] = value
        let index = UInt64(field.rawValue)
        if index < 64 { knownLow |= 1 &<< index } else { knownHigh |= 1 &<< index }
    }

    @inlinable
    public mutating func forget(_ field: FlowField) {
        words[field.word] = 0
        if field.rawValue < FlowField.wideCount { words[field.word + 1] = 0 }
        mark(field, known: false)
    }

    /// Copies a field from another record of the same ``NameTable``, known or not.
    @inlinable
    public mutating func copy(_ field: FlowField, from other: FlowRecord) {
        words[field.word] = other.words[field.word]
        if field.rawValue < FlowField.wideCount { words[field.word + 1] = other.words[field.word + 1] }
        mark(field, known: other.isKnown(field))
    }

    /// Whether both records know the same of a field; names are compared by id, so both must be of one ``NameTable``.
    @inlinable
    public func isEqual(_ field: FlowField, to other: FlowRecord) -> Bool {
        isKnown(field) == other.isKnown(field) && words[field.word] == other.words[field.word]
            && (field.rawValue >= FlowField.wideCount || words[field.word + 1] == other.words[field.word + 1])
    }

    @inlinable
    mutating func mark(_ field: FlowField, known: Bool) {
        let index = UInt64(field.rawValue)
        let bit: UInt64 = 1 << (index & 63)
        if index < 64 {
            knownLow = known ? knownLow | bit : knownLow & ~bit
        } else {
            knownHigh = known ? knownHigh | bit : knownHigh & ~bit
        }
    }
}

extension FlowRecord {
    /// An integer of up to 64 bits: counters, ports, identifiers, seconds.
    @inlinable
    public subscript(unsigned field: FlowField) -> UInt64? {
        @inline(__always) get { isKnown(field) ? words[field.word] : nil }
        set {
            words[field.word] = newValue ?? 0
            mark(field, known: newValue != nil)
        }
    }

    @inlinable
    public subscript(name field: FlowField) -> NameID? {
        @inline(__always) get { isKnown(field) ? NameID(rawValue: UInt32(truncatingIfNeeded: words[field.word])) : nil }
        set {
            words[field.word] = UInt64(newValue?.rawValue ?? 0)
            mark(field, known: newValue != nil)
        }
    }

    /// A time in milliseconds since the epoch.
    @inlinable
    public subscript(time field: FlowField) -> Timestamp? {
        @inline(__always) get { isKnown(field) ? Timestamp(milliseconds: Int64(bitPattern: words[field.word])) : nil }
        set {
            words[field.word] = UInt64(bitPattern: newValue?.milliseconds ?? 0)
            mark(field, known: newValue != nil)
        }
    }

    @inlinable
    public subscript(address field: FlowField) -> IPAddress? {
        @inline(__always) get { isKnown(field) ? IPAddress(high: words[field.word], low: words[field.word + 1]) : nil }
        set {
            words[field.word] = newValue?.high ?? 0
            words[field.word + 1] = newValue?.low ?? 0
            mark(field, known: newValue != nil)
        }
    }

    /// The sixteen octets of a binary UUID, most significant first.
    @inlinable
    public subscript(uuid field: FlowField) -> (high: UInt64, low: UInt64)? {
        @inline(__always) get { isKnown(field) ? (words[field.word], words[field.word + 1]) : nil }
        set {
            words[field.word] = newValue?.high ?? 0
            words[field.word + 1] = newValue?.low ?? 0
            mark(field, known: newValue != nil)
        }
    }
}

extension FlowRecord: Equatable {
    public static func == (a: Self, b: Self) -> Bool {
        guard a.knownLow == b.knownLow, a.knownHigh == b.knownHigh else { return false }
        for index in 0..<wordCount where a.words[index] != b.words[index] { return false }
        return true
    }
}
