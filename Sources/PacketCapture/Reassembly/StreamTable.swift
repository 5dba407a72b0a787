// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The TCP connections of a capture, each direction by itself.
///
/// At most `capacity` directions; beyond that a quarter of them is forgotten: those that are over or hold something else first, then those
/// without a Message so far, then those silent for longest.
struct StreamTable {
    struct Path: Hashable {
        let source: IPAddress
        let sourcePort: UInt16
        let destination: IPAddress
        let destinationPort: UInt16
    }

    private(set) var streams: [Path: CapturedStream] = [:]
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 4)
    }

    /// Takes a stream out, to be changed and put back.
    mutating func take(_ path: Path) -> CapturedStream? { streams.removeValue(forKey: path) }

    mutating func put(_ stream: CapturedStream, _ path: Path) { streams[path] = stream }

    var isFull: Bool { streams.count >= capacity }

    /// Removes the quarter that is least missed.
    ///
    /// - Returns: those removed that may still have something to tell.
    mutating func removeQuarter() -> [CapturedStream] {
        let order = streams.sorted { a, b in
            (a.value.worth, a.value.lastPacket) < (b.value.worth, b.value.lastPacket)
        }
        let removed = order.prefix(capacity / 4)
        for (path, _) in removed { streams[path] = nil }
        return removed.map(\.value).filter(\.isRead)
    }

    /// Removes all streams, in the order in which they began.
    mutating func removeAll() -> [CapturedStream] {
        defer { streams.removeAll() }
        return streams.values.sorted { $0.firstPacket < $1.firstPacket }
    }
}
