// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Fields of intervals, read where these lie. The subscripts of a record do the same for a field that is constant; one that comes from a table
/// they read from a copy of all of the record.
extension Span where Element == FlowInterval {
    @inlinable @inline(__always)
    public func unsigned(_ field: FlowField, at index: Int) -> UInt64? {
        self[index].record.isKnown(field) ? self[index].record.words[field.word] : nil
    }

    @inlinable @inline(__always)
    public func name(_ field: FlowField, at index: Int) -> NameID? {
        unsigned(field, at: index).map { NameID(rawValue: UInt32(truncatingIfNeeded: $0)) }
    }

    @inlinable @inline(__always)
    public func time(_ field: FlowField, at index: Int) -> Timestamp? {
        unsigned(field, at: index).map { Timestamp(milliseconds: Int64(bitPattern: $0)) }
    }

    @inlinable @inline(__always)
    public func address(_ field: FlowField, at index: Int) -> IPAddress? {
        uuid(field, at: index).map { IPAddress(high: $0.high, low: $0.low) }
    }

    @inlinable @inline(__always)
    public func uuid(_ field: FlowField, at index: Int) -> (high: UInt64, low: UInt64)? {
        guard self[index].record.isKnown(field) else { return nil }
        return (self[index].record.words[field.word], self[index].record.words[field.word + 1])
    }

    /// See ``RecordIdentity``.
    public func identity(of fields: FlowFieldSet, seed: UInt64, at index: Int) -> RecordIdentity {
        RecordIdentity(
            self[index].record.words.span, known: (self[index].record.knownLow & fields.low, self[index].record.knownHigh & fields.high),
            seed: seed)
    }
}
