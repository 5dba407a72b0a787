// SPDX-License-Identifier: Apache-2.0

/// Finds the Messages of an IPFIX File (RFC 5655), or of any stream of Messages, and tells which octets are none.
///
/// Octets may be appended in any pieces. A Message is taken at its header's length if another follows it, if the file ends there, or
/// if its Sets add up to that length. Otherwise its octets are damage, which reaches to where a Message begins whose Sets add up.
/// Such a Message is not sure to be right, but to be whole; the ``MessageDecoder`` judges what is in it.
///
/// Holds what was appended and not handed out yet: beside the last piece at most a Message's 65,535 octets.
public struct MessageFileReader: Sendable {
    public enum Item: Sendable, Hashable {
        /// A whole Message, and how many octets of the file are before it.
        case message([UInt8], offset: UInt64)
        case damage(FileDamage)
    }

    private var octets: [UInt8] = []
    /// The first octet in `octets` that was not handed out.
    private var position = 0
    /// Octets of the file before `octets`.
    private var dropped: UInt64 = 0
    private var isFinished = false
    private var search: Search?

    /// Damage whose end is not found yet.
    private struct Search: Sendable {
        let cause: FileDamage.Cause
        /// Where the next Message is looked for.
        var position: Int
    }

    public init() {}

    /// The items of a whole file, in order.
    public static func items(of file: [UInt8]) -> [Item] {
        var reader = MessageFileReader()
        reader.append(file)
        reader.finish()
        var items: [Item] = []
        while let item = reader.next() { items.append(item) }
        return items
    }

    /// How many octets of the file are before what was not handed out yet.
    public var offset: UInt64 { dropped + UInt64(position) }

    /// Adds the next octets of the file. Call ``next()`` until it has nothing more before adding others, so that little is kept.
    public mutating func append(_ more: some Collection<UInt8>) {
        precondition(!isFinished, "a file that has ended has no more octets")
        if position >= octets.count - position { dropHandedOut() }
        octets.append(contentsOf: more)
    }

    /// Says that no more octets will come, so that what is left can be judged.
    public mutating func finish() { isFinished = true }

    /// The next Message or damage; nil when more octets are needed or, after ``finish()``, at the end.
    public mutating func next() -> Item? {
        if search == nil {
            guard let length = lengthOfMessage() else { return nil }
            switch length {
            case .success(let length):
                defer { position += length }
                return .message(Array(octets[position..<position + length]), offset: offset)
            case .failure(let cause):
                search = Search(cause: cause, position: position + 1)
            }
        }
        return endOfDamage()
    }

    private mutating func dropHandedOut() {
        octets.removeSubrange(..<position)
        search?.position -= position
        dropped += UInt64(position)
        position = 0
    }

    /// Of the Message that begins at `position`, or what is wrong; nil when more octets are needed.
    private func lengthOfMessage() -> Result<Int, FileDamage.Cause>? {
        let available = octets.count - position
        if available == 0 { return nil }
        guard MessageShape.canBegin(in: octets.span, at: position) else { return .failure(.noMessage) }
        guard available >= MessageHeader.length, let length = MessageShape.length(in: octets.span, at: position) else {
            return isFinished ? .failure(.cutShort(needed: nil)) : nil
        }
        guard available >= length else { return isFinished ? .failure(.cutShort(needed: length)) : nil }
        guard available - length >= MessageShape.prefixLength || isFinished else { return nil }
        let end = position + length
        if MessageShape.canBegin(in: octets.span, at: end) || MessageShape.isFilledBySets(octets.span, in: position..<end) {
            return .success(length)
        }
        return .failure(.wrongLength(header: length))
    }

    private mutating func endOfDamage() -> Item? {
        guard let search else { return nil }
        var candidate = search.position
        while candidate < octets.count {
            if !isFinished, isUndecided(at: candidate) {
                self.search?.position = candidate
                return nil
            }
            if isMessage(at: candidate) { return damage(search.cause, upTo: candidate) }
            candidate += 1
        }
        self.search?.position = candidate
        return isFinished ? damage(search.cause, upTo: candidate) : nil
    }

    private func isUndecided(at candidate: Int) -> Bool {
        guard MessageShape.canBegin(in: octets.span, at: candidate) else { return false }
        return octets.count - candidate < MessageShape.length(in: octets.span, at: candidate) ?? MessageHeader.length
    }

    private func isMessage(at candidate: Int) -> Bool {
        guard let length = MessageShape.length(in: octets.span, at: candidate), candidate + length <= octets.count else { return false }
        return MessageShape.isFilledBySets(octets.span, in: candidate..<candidate + length)
    }

    private mutating func damage(_ cause: FileDamage.Cause, upTo end: Int) -> Item {
        defer {
            position = end
            search = nil
        }
        var cause = cause
        // What was to reach beyond the file's end was no such Message, for another begins inside of it.
        if end < octets.count, case .cutShort(let needed?) = cause { cause = .wrongLength(header: needed) }
        return .damage(FileDamage(offset: offset, length: UInt64(end - position), cause: cause))
    }
}
