// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Reads the text of `ovs-appctl dpctl/dump-conntrack -m -s`, of either datapath, as it arrives in pieces.
///
/// The grammar is that of `ct_dpif_format_entry` (Open vSwitch lib/ct-dpif.c). Optional parts may come in any order;
/// unknown keys and groups are skipped. A line that is no connection is counted in `statistics` and skipped; empty
/// lines and lines that begin with `#` (recorded dumps) are counted and mean nothing.
public struct ConntrackDumpParser {
    /// Longer lines are skipped and counted: an entry has at most some 600 octets.
    public static let lineLimitInOctets = 8192

    public private(set) var statistics = Statistics()

    private let line = DumpLine()
    private var clock: LocalClock
    private let capacity: Int
    private var partial: [UInt8] = []
    private var isSkippingLine = false

    /// - Parameters:
    ///   - localTime: of the process that prints the times.
    ///   - capacity: connections beyond this many are counted and dropped.
    public init(localTime: LocalTime = .offset(seconds: 0), capacity: Int = 1_000_000) {
        clock = LocalClock(localTime)
        self.capacity = capacity
    }

    /// Appends the connections of all lines that `octets` completes.
    public mutating func consume(_ octets: Span<UInt8>, into connections: inout [Connection]) {
        var start = 0
        while start < octets.count {
            var end = start
            while end < octets.count, octets[end] != UInt8(ascii: "\n") { end += 1 }
            let piece = octets.extracting(start..<end)
            if end == octets.count {
                keep(piece)
                return
            }
            finishLine(with: piece, into: &connections)
            start = end + 1
        }
    }

    public mutating func consume(_ octets: [UInt8], into connections: inout [Connection]) {
        consume(octets.span, into: &connections)
    }

    /// Takes what has no newline after it for the last line.
    public mutating func finish(into connections: inout [Connection]) {
        if isSkippingLine || !partial.isEmpty { finishLine(with: [UInt8]().span, into: &connections) }
    }

    /// The start of a line whose end has not come yet.
    private mutating func keep(_ piece: Span<UInt8>) {
        guard !isSkippingLine, !piece.isEmpty else { return }
        if partial.count + piece.count > Self.lineLimitInOctets {
            partial.removeAll(keepingCapacity: true)
            isSkippingLine = true
            return
        }
        partial.reserveCapacity(partial.count + piece.count)
        for index in 0..<piece.count { partial.append(piece[index]) }
    }

    private mutating func finishLine(with piece: Span<UInt8>, into connections: inout [Connection]) {
        if partial.isEmpty, !isSkippingLine, piece.count <= Self.lineLimitInOctets {
            parse(piece, into: &connections)
            return
        }
        keep(piece)
        if isSkippingLine {
            isSkippingLine = false
            statistics.lines += 1
            statistics.tooLong += 1
            return
        }
        var whole: [UInt8] = []
        swap(&whole, &partial)
        parse(whole.span, into: &connections)
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &partial)
    }

    private mutating func parse(_ octets: Span<UInt8>, into connections: inout [Connection]) {
        statistics.lines += 1
        guard !octets.isEmpty, octets[0] != UInt8(ascii: "#") else {
            statistics.blank += 1
            return
        }
        do throws(DumpRejection) {
            var connection = try line.parse(octets)
            guard statistics.connections < capacity else {
                statistics.beyondCapacity += 1
                return
            }
            if let start = connection.start { connection.start = clock.utc(start) }
            if let stop = connection.stop { connection.stop = clock.utc(stop) }
            connections.append(connection)
            statistics.connections += 1
        } catch {
            statistics.reject(octets, error)
        }
    }
}
