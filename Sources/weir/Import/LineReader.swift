// SPDX-License-Identifier: Apache-2.0

internal import PacketCapture

/// The lines of a file. Of one that is longer than `limit` only the number is told, so that a file without line ends takes no memory.
struct LineReader {
    struct Line {
        /// From 1.
        let number: Int
        /// Without the line feed; nil when there are too many.
        let octets: [UInt8]?
    }

    static let limit = 1 << 20
    private static let chunk = 1 << 18

    private let input: InputFile
    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false
    private var isTooLong = false
    /// Octets of the file that were read.
    private(set) var position = 0

    init(_ input: InputFile) {
        self.input = input
    }

    /// Nil at the end of the file.
    mutating func next() throws -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return line(upTo: end)
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count || isTooLong else { return nil }
                defer { start = buffer.count }
                return line(upTo: buffer.count)
            }
            if buffer.count - start > Self.limit {
                isTooLong = true
                start = buffer.count
            }
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
            let octets = try input.read(atMost: Self.chunk)
            position += octets.count
            isAtEnd = octets.isEmpty
            buffer += octets
        }
    }

    private mutating func line(upTo end: Int) -> Line {
        number += 1
        defer { isTooLong = false }
        return Line(number: number, octets: isTooLong ? nil : Array(buffer[start..<end]))
    }
}
