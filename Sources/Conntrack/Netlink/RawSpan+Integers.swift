// SPDX-License-Identifier: Apache-2.0

extension RawSpan {
    /// The integer at `offset` in the host's byte order, as netlink keeps its headers. Need not be aligned.
    ///
    /// An offset that leaves too few octets is our own mistake and traps: callers compare lengths first.
    @inline(__always)
    func native<Integer: FixedWidthInteger & BitwiseCopyable>(_: Integer.Type, at offset: Int) -> Integer {
        // Safe because `unsafeLoadUnaligned(fromByteOffset:as:)` checks the bounds and every bit pattern is an integer.
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self)
    }

    /// The integer at `offset` in network byte order, as conntrack attributes carry their numbers.
    @inline(__always)
    func network<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, at offset: Int) -> Integer {
        Integer(bigEndian: native(type, at: offset))
    }
}
