// SPDX-License-Identifier: Apache-2.0

/// Cuts octets into NetFlow v9 packets, which do not say how long they are.
///
/// FlowSets do, and none has the id 9 (RFC 3954 §5.2 keeps 2–255 free): where a FlowSet would begin with 9 the next packet does. What cannot
/// be a FlowSet ends its packet; what follows is looked through for the next header.
struct NetFlow9Framer {
    private var buffer: [UInt8] = []
    private var head = 0
    private var removed = 0
    /// Octets looked through since the last packet.
    private var skipped = 0

    /// What a packet can have: a UDP datagram's payload. Longer runs of FlowSets are cut there.
    private static let maximumLength = 65_535

    /// Where the next event begins, in octets of the file.
    var position: Int { removed + head - skipped }

    mutating func append(_ octets: [UInt8]) {
        buffer.removeFirst(head)
        removed += head
        head = 0
        buffer += octets
    }

    /// The next packet or damage; nil until more octets come.
    mutating func next(isEnd: Bool) -> MessageFile.Event? {
        guard isEnd || buffer.count - head > Self.maximumLength else { return nil }
        let (start, length) = nextPacket()
        skipped += start - head
        head = start
        let offset = position
        if length == 0 || skipped > 0 {
            defer { skipped = 0 }
            return skipped > 0 ? .skipped(octets: skipped, offset: offset) : nil
        }
        head += length
        return .message(Array(buffer[start..<(start + length)]), offset: offset)
    }

    /// Where the next packet begins and its length, which is 0 when there is none.
    private func nextPacket() -> (start: Int, length: Int) {
        let octets = buffer.span
        var start = head
        while start < octets.count {
            if MessageShape.isPlausibleNetFlow9(octets.extracting(start...)) { return (start, length(of: octets, at: start)) }
            start += 1
        }
        return (start, 0)
    }

    private func length(of octets: Span<UInt8>, at start: Int) -> Int {
        var length = MessageShape.netFlow9HeaderLength
        while let id = octets.uint16(at: start + length), let setLength = octets.uint16(at: start + length + 2) {
            let isFlowSet = (id < 2 || id > 255) && setLength >= 4
            guard isFlowSet, length + Int(setLength) <= Self.maximumLength, start + length + Int(setLength) <= octets.count else { break }
            length += Int(setLength)
        }
        return length
    }
}
