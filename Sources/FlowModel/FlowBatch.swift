// SPDX-License-Identifier: Apache-2.0

/// Records that were read one after the other and are handed on together: whoever takes them can prepare for all before the first.
///
/// Made once and filled again and again, 13 KiB that stay in the nearest cache.
public struct FlowBatch: ~Copyable {
    public static let capacity = 16

    /// The first ``count`` are the batch's. They are read in place by way of the array's span: a record is 800 octets, and handing out copies
    /// takes longer than reading some of them.
    public private(set) var records = [FlowRecord](repeating: FlowRecord(), count: FlowBatch.capacity)
    public private(set) var count = 0

    public init() {}

    public var isFull: Bool { count == Self.capacity }
    public var indices: Range<Int> { 0..<count }

    public subscript(index: Int) -> FlowRecord {
        @inline(__always) _read { yield records[index] }
        @inline(__always) _modify { yield &records[index] }
    }

    /// Has another record written, which is as a new one at first. The batch must not be full.
    ///
    /// - Returns: what `write` returned; the record is only counted when that is true.
    @inline(__always)
    public mutating func append(_ write: (inout FlowRecord) -> Bool) -> Bool {
        records[count].forgetAll()
        guard write(&records[count]) else { return false }
        count += 1
        return true
    }

    public mutating func removeAll() { count = 0 }
}
