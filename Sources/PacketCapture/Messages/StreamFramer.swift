// SPDX-License-Identifier: Apache-2.0

/// Finds the IPFIX Messages in a stream of octets, and finds the next one again where octets are missing or wrong.
///
/// In step, a Message is as long as its header says. When its Sets do not add up to that, and a whole Message begins inside it or nothing
/// like one follows it, the length is not believed: it is handed on as it is, to be refused, and the next is looked for inside it. Keeps at most what a Message can
/// have, and the segment that came last.
struct StreamFramer {
    enum Item: Equatable {
        case message([UInt8])
        /// Octets between two Messages that are none.
        case skipped(Int)
        /// The stream ends, or has a gap, inside a Message.
        case cut(octets: Int, expected: Int)
    }

    private var buffer: [UInt8] = []
    /// Where in `buffer` the octets begin that were not handed on yet.
    private var head = 0
    /// Octets of the stream that are in `buffer` no more.
    private var removed = 0
    private var isInStep: Bool
    private var skipped = 0
    /// Whether the octets searched are those of a Message that was told to be cut, and so are not told as skipped.
    private var isInsideCut = false

    /// - Parameter beginsWithMessage: false when the first octets are somewhere in a Message.
    init(beginsWithMessage: Bool) {
        isInStep = beginsWithMessage
    }

    /// Octets of the stream before those that were not handed on yet: where the next item begins.
    var position: Int { removed + head - skipped }

    /// Octets that wait for more.
    var waiting: Int { buffer.count - head }

    /// Whether what waits looks like a Message; nil while it is too short to say.
    var isPlausible: Bool? {
        waiting < MessageShape.recognizedLength ? nil : MessageShape.isPlausible(in: buffer.span, at: head)
    }

    mutating func append(_ octets: [UInt8]) {
        if head > 1 << 16 {
            buffer.removeFirst(head)
            removed += head
            head = 0
        }
        buffer += octets
    }

    /// The next item, or nil until more octets come.
    ///
    /// - Parameter isEnd: whether what waits is followed by nothing, or by a gap.
    mutating func next(isEnd: Bool) -> Item? {
        if !isInStep {
            guard seek(isEnd: isEnd) else { return nil }
            if skipped > 0 {
                defer { skipped = 0 }
                return .skipped(skipped)
            }
            if !isInStep { return nil }
        }
        return message(isEnd: isEnd)
    }

    /// What comes next does not follow what came last. To be called when `next(isEnd: true)` has nothing more.
    mutating func loseStep() {
        removed += buffer.count
        buffer.removeAll()
        head = 0
        isInStep = false
    }

    private mutating func message(isEnd: Bool) -> Item? {
        guard waiting > 0 else { return nil }
        guard MessageShape.canBegin(in: buffer.span, at: head) else {
            isInStep = false
            return next(isEnd: isEnd)
        }
        guard waiting >= MessageShape.headerLength, let length = MessageShape.length(in: buffer.span, at: head) else {
            return isEnd ? cut(expected: MessageShape.headerLength) : nil
        }
        guard waiting >= length else { return isEnd ? cut(expected: length) : nil }
        guard let isBelieved = isBelieved(length: length, isEnd: isEnd) else { return nil }
        let message = Array(buffer[head..<(head + length)])
        head += isBelieved ? length : MessageShape.headerLength
        isInStep = isBelieved
        return .message(message)
    }

    /// Whether the next Message is as long as its header says; nil until more octets come.
    private func isBelieved(length: Int, isEnd: Bool) -> Bool? {
        let octets = buffer.span
        if MessageShape.setsAddUp(in: octets, at: head, length: length) { return true }
        let behind = waiting - length
        guard isEnd || behind >= MessageShape.recognizedLength else { return nil }
        guard behind == 0 || MessageShape.isPlausible(in: octets, at: head + length) else { return false }
        let inside = firstMessage(from: head + MessageShape.headerLength, isEnd: true)
        return !inside.isMessage || inside.position >= head + length
    }

    private mutating func cut(expected: Int) -> Item {
        let octets = waiting
        // If it is the length that is wrong, whole Messages may lie inside.
        head += min(MessageShape.headerLength, octets)
        isInStep = false
        isInsideCut = true
        return .cut(octets: octets, expected: expected)
    }

    /// Moves to the next plausible Message, counting what it passes over.
    ///
    /// - Returns: whether there is something to hand on.
    private mutating func seek(isEnd: Bool) -> Bool {
        let (position, isMessage) = firstMessage(from: head, isEnd: isEnd)
        skipped += position - head
        head = position
        if isMessage {
            isInStep = true
            isInsideCut = false
            return true
        }
        guard isEnd else { return false }
        skipped = isInsideCut ? 0 : skipped + waiting
        head = buffer.count
        return skipped > 0
    }

    /// Where the next whole Message begins, or might begin when more octets come.
    private func firstMessage(from start: Int, isEnd: Bool) -> (position: Int, isMessage: Bool) {
        let octets = buffer.span
        var position = start
        while octets.count - position >= MessageShape.recognizedLength {
            if let length = MessageShape.length(in: octets, at: position), MessageShape.isPlausible(in: octets, at: position) {
                let isWhole = octets.count - position >= length
                if !isWhole, !isEnd { return (position, false) }
                if isWhole, MessageShape.setsAddUp(in: octets, at: position, length: length) { return (position, true) }
            }
            position += 1
        }
        return (position, false)
    }
}
