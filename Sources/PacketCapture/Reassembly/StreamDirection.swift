// SPDX-License-Identifier: Apache-2.0

/// One direction of a TCP connection: segments in, octets in order out.
///
/// What came first counts where segments overlap. Segments ahead of a gap wait, bounded in octets and number; when there is no more room, or
/// the connection ends, the missing octets are given up and told.
struct StreamDirection {
    enum Delivery {
        case octets([UInt8])
        /// So many octets were never captured.
        case gap(Int)
    }

    struct Limits {
        var waitingOctets = 1 << 20
        var waitingSegments = 1024
    }

    /// Position of the next octet in order. Its low 32 bits are the sequence number; it goes on counting where that wraps.
    private var next: Int
    /// Position of the first octet.
    private let first: Int
    private var waiting = PieceList()
    private let limits: Limits
    /// Position of the octet behind the last, once a FIN told it.
    private var end: Int?
    /// Octets that came again.
    private(set) var repeatedOctets = 0

    /// - Parameter sequenceNumber: of the first octet.
    init(sequenceNumber: UInt32, limits: Limits) {
        next = Int(sequenceNumber)
        first = next
        self.limits = limits
    }

    /// Whether all octets up to the FIN were delivered.
    var isComplete: Bool { end.map { $0 <= next } ?? false }

    /// Whether a SYN with this sequence number (its own counted) is of this connection, and not of one that reuses its ports.
    func isBegun(by sequenceNumber: UInt32) -> Bool { sequenceNumber == UInt32(truncatingIfNeeded: first) }

    mutating func receive(_ segment: Segment, _ octets: Span<UInt8>) -> [Delivery] {
        // The nearest position with this sequence number, up to 2³¹ octets before or behind.
        let distance = Int(Int32(bitPattern: segment.sequenceNumber &- UInt32(truncatingIfNeeded: next)))
        let start = next + distance
        let segmentEnd = start + segment.payload.count
        if segment.ends { end = end ?? segmentEnd + segment.missing }
        guard segmentEnd > next else {
            repeatedOctets += segment.payload.count
            return []
        }
        let known = max(next - start, 0)
        repeatedOctets += known
        repeatedOctets += waiting.insert(octets, (segment.payload.lowerBound + known)..<segment.payload.upperBound, at: start + known)
        var deliveries = deliverable()
        while waiting.octetCount > limits.waitingOctets || waiting.pieces.count > limits.waitingSegments {
            deliveries += skipGap()
        }
        return deliveries
    }

    /// What waits still, with the gaps before it; for the end of a connection.
    mutating func finish() -> [Delivery] {
        var deliveries: [Delivery] = []
        while waiting.first != nil { deliveries += skipGap() }
        return deliveries
    }

    private mutating func skipGap() -> [Delivery] {
        guard let piece = waiting.first else { return [] }
        let gap = piece.start - next
        next = piece.start
        return [.gap(gap)] + deliverable()
    }

    private mutating func deliverable() -> [Delivery] {
        var deliveries: [Delivery] = []
        for piece in waiting.pieces {
            guard piece.start == next else { break }
            deliveries.append(.octets(piece.octets))
            next = piece.end
        }
        waiting.removeFirst(deliveries.count)
        return deliveries
    }
}
