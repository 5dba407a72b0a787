// SPDX-License-Identifier: Apache-2.0

/// One numbering of Data Records from its first message to its last, and the gaps in it.
///
/// ```
///   start                                          end
///     |  read  | missing |  read  |  open ...  | read |
/// ```
///
/// An *open* piece begins with a message that could not be counted; the rest of it, if anything, is missing. Positions are sequence
/// numbers without the wrap. At ``capacity`` the oldest piece is forgotten: what was missing in it stays lost, and a message that is
/// older than it counts as repeated.
struct SequenceWindow: Sendable {
    static let capacity = 256

    private var start: Int64
    private var end: Int64
    /// Whether the message at `end` has been read but not counted.
    private var isEndOpen: Bool
    private var hasForgotten = false
    /// Records of open pieces that are forgotten, or of a numbering before this one.
    private var abandoned: UInt64 = 0
    private var latestExport: UInt32?
    /// In order, without overlap, none of them empty.
    private var pieces: [Piece] = []

    private struct Piece: Sendable {
        enum Kind: UInt8 { case missing, open, openAndLate }

        var start: Int64
        var length: UInt32
        var kind: Kind

        init(_ kind: Kind, from start: Int64, to end: Int64) {
            self.start = start
            length = UInt32(clamping: end - start)
            self.kind = kind
        }

        var end: Int64 { start + Int64(length) }
        var isMissing: Bool { kind == .missing }
    }

    /// Where a message lies.
    enum Place: Equatable {
        case next
        case ahead
        case inside(piece: Int)
        /// Before the first message of this numbering.
        case before
        /// Where messages were read already.
        case known
        case foreign
    }

    init(beginningWith message: NumberedMessage) {
        start = Int64(message.sequenceNumber)
        end = start + (message.records ?? 0)
        isEndOpen = message.records == nil
        latestExport = message.exportTime
    }

    func place(of message: NumberedMessage) -> Place {
        let position = position(of: message.sequenceNumber)
        if position == end { return .next }
        if position > end { return position - end <= Int64(SequenceTracker.jumpWindow) ? .ahead : .foreign }
        if end - position > Int64(SequenceTracker.lateWindow) || wasSentAfterAll(message) { return .foreign }
        let messageEnd = position + (message.records ?? 0)
        if position < start {
            if hasForgotten { return .known }
            return messageEnd <= start ? .before : .foreign
        }
        let following = firstPiece(after: position)
        if following > 0, position < pieces[following - 1].end {
            return messageEnd <= pieces[following - 1].end ? .inside(piece: following - 1) : .foreign
        }
        return messageEnd <= (following < pieces.count ? pieces[following].start : end) ? .known : .foreign
    }

    /// Takes a message in; nil when it does not belong here.
    mutating func receive(
        _ message: NumberedMessage, counting statistics: inout SequenceStatistics
    ) -> SequenceTracker.Verdict? {
        let place = place(of: message)
        if place == .foreign { return nil }
        noteExport(of: message)
        switch place {
        case .next: return append(message, counting: &statistics)
        case .ahead: return skip(to: message, counting: &statistics)
        case .before: return prepend(message, counting: &statistics)
        case .inside(let piece): return fill(piece, with: message, counting: &statistics)
        case .known, .foreign:
            if message.records == 0 { return .late(recovered: 0) }
            statistics.duplicated += message.countedRecords
            return .duplicate
        }
    }

    /// Takes a message in that has been counted as received and lies further ahead than one message alone is believed.
    mutating func jump(to message: NumberedMessage, counting statistics: inout SequenceStatistics) -> Bool {
        let distance = position(of: message.sequenceNumber) - end
        guard distance > 0, distance <= Int64(SequenceTracker.maximumLoss) else { return false }
        statistics.received -= message.countedRecords
        noteExport(of: message)
        _ = skip(to: message, counting: &statistics)
        return true
    }

    mutating func settle(sequenceNumber: UInt32, records: Int64, counting statistics: inout SequenceStatistics) {
        let position = position(of: sequenceNumber)
        if position == end, isEndOpen {
            end += records
            isEndOpen = false
            statistics.received += UInt64(records)
            return
        }
        let index = firstPiece(after: position) - 1
        if index >= 0, pieces[index].start == position, !pieces[index].isMissing {
            split(index, at: position, records: min(records, Int64(pieces[index].length)), counting: &statistics)
        } else if position >= start, position < end {
            statistics.duplicated += UInt64(records)
        } else {
            statistics.received += UInt64(records)
            let settled = min(abandoned, UInt64(records))
            abandoned -= settled
            statistics.unsettled -= settled
        }
    }

    /// Lets records that were not settled in the numbering before this one be settled still.
    mutating func abandon(_ records: UInt64) { abandoned += records }

    private func position(of sequenceNumber: UInt32) -> Int64 {
        end + Int64(Int32(bitPattern: sequenceNumber &- UInt32(truncatingIfNeeded: end)))
    }

    private func wasSentAfterAll(_ message: NumberedMessage) -> Bool {
        guard let time = message.exportTime, let latestExport else { return false }
        return time > latestExport
    }

    private mutating func noteExport(of message: NumberedMessage) {
        if let time = message.exportTime { latestExport = max(latestExport ?? time, time) }
    }

    /// The first piece that begins after a position.
    private func firstPiece(after position: Int64) -> Int {
        var low = 0, high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].start <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SequenceWindow {
    private mutating func append(
        _ message: NumberedMessage, counting statistics: inout SequenceStatistics
    ) -> SequenceTracker.Verdict {
        guard let records = message.records else {
            defer { isEndOpen = true }
            return isEndOpen ? .duplicate : .inOrder
        }
        if records > 0 { isEndOpen = false }
        end += records
        statistics.received += UInt64(records)
        return .inOrder
    }

    private mutating func skip(
        to message: NumberedMessage, counting statistics: inout SequenceStatistics
    ) -> SequenceTracker.Verdict {
        let position = position(of: message.sequenceNumber)
        let gap = Piece(isEndOpen ? .open : .missing, from: end, to: position)
        count(gap, in: &statistics)
        insert(gap, at: pieces.count)
        end = position
        isEndOpen = false
        _ = append(message, counting: &statistics)
        return gap.isMissing ? .lost(gap.length) : .unknown
    }

    private mutating func prepend(
        _ message: NumberedMessage, counting statistics: inout SequenceStatistics
    ) -> SequenceTracker.Verdict {
        let position = position(of: message.sequenceNumber)
        let gap =
            message.records.map { Piece(.missing, from: position + $0, to: start) } ?? Piece(.openAndLate, from: position, to: start)
        statistics.received += message.countedRecords
        statistics.reordered += message.countedRecords
        count(gap, in: &statistics)
        start = position
        insert(gap, at: 0)
        return .late(recovered: 0)
    }

    private mutating func fill(
        _ index: Int, with message: NumberedMessage, counting statistics: inout SequenceStatistics
    ) -> SequenceTracker.Verdict {
        let piece = pieces[index], position = position(of: message.sequenceNumber)
        if position == piece.start, !piece.isMissing {
            // The message that opened the piece again, or one without records that was sent before or after it.
            guard let records = message.records, records > 0 else { return message.records == nil ? .duplicate : .late(recovered: 0) }
        }
        split(index, at: position, records: message.records, counting: &statistics)
        return .late(recovered: piece.isMissing ? UInt32(clamping: message.records ?? 0) : 0)
    }

    /// Puts a message into a piece: what is left of it stays as it was, what is right of it is missing.
    ///
    /// One without records still divides the piece, because no message reaches over the number at which another begins.
    private mutating func split(_ index: Int, at position: Int64, records: Int64?, counting statistics: inout SequenceStatistics) {
        let piece = pieces[index]
        let opensPiece = position == piece.start && piece.kind == .open
        let left = Piece(piece.kind, from: piece.start, to: position)
        let right =
            records.map { Piece(.missing, from: position + $0, to: piece.end) } ?? Piece(.openAndLate, from: position, to: piece.end)
        uncount(piece, in: &statistics)
        count(left, in: &statistics)
        count(right, in: &statistics)
        statistics.received += UInt64(records ?? 0)
        if !opensPiece { statistics.reordered += UInt64(records ?? 0) }

        pieces.remove(at: index)
        insert(right, at: index)
        insert(left, at: index)
    }

    private func count(_ piece: Piece, in statistics: inout SequenceStatistics) {
        if piece.isMissing { statistics.lost += UInt64(piece.length) } else { statistics.unsettled += UInt64(piece.length) }
    }

    private func uncount(_ piece: Piece, in statistics: inout SequenceStatistics) {
        if piece.isMissing { statistics.lost -= UInt64(piece.length) } else { statistics.unsettled -= UInt64(piece.length) }
    }

    private mutating func insert(_ piece: Piece, at index: Int) {
        guard piece.length > 0 else { return }
        pieces.insert(piece, at: index)
        guard pieces.count > Self.capacity else { return }
        let oldest = pieces.removeFirst()
        if !oldest.isMissing { abandoned += UInt64(oldest.length) }
        start = oldest.end
        hasForgotten = true
    }
}
