// SPDX-License-Identifier: Apache-2.0

/// Pieces of a longer run of octets, in order and without overlap. Where two overlap, the one that came first counts.
struct PieceList {
    struct Piece {
        let start: Int
        let octets: [UInt8]
        var end: Int { start + octets.count }
    }

    private(set) var pieces: [Piece] = []
    /// Octets of all pieces.
    private(set) var octetCount = 0

    /// Adds what is not here yet.
    ///
    /// - Parameter position: where the first octet of `range` belongs.
    /// - Returns: how many of the octets were here already.
    /// - Complexity: O(n) for n pieces; O(1) when they come in order.
    mutating func insert(_ octets: Span<UInt8>, _ range: Range<Int>, at position: Int) -> Int {
        let end = position + range.count
        let shift = range.lowerBound - position
        var free = position
        var index = firstIndex(endingBehind: position)
        var known = 0
        while free < end {
            let next = index < pieces.count ? min(pieces[index].start, end) : end
            if free < next {
                pieces.insert(Piece(start: free, octets: octets.array((free + shift)..<(next + shift))), at: index)
                octetCount += next - free
                index += 1
            }
            guard next < end else { break }
            known += min(pieces[index].end, end) - next
            free = pieces[index].end
            index += 1
        }
        return known
    }

    /// The piece with the lowest position.
    var first: Piece? { pieces.first }

    mutating func removeFirst(_ count: Int) {
        for piece in pieces.prefix(count) { octetCount -= piece.octets.count }
        pieces.removeFirst(count)
    }

    private func firstIndex(endingBehind position: Int) -> Int {
        if let last = pieces.last, last.end <= position { return pieces.count }
        var low = 0
        var high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
