// SPDX-License-Identifier: Apache-2.0

/// The Messages of an IPFIX File (RFC 5655), of a stream of Messages kept as it was received, or of NetFlow v9 packets one after another.
///
/// Where a file is damaged the next Message is looked for; at most what a Message can have, and a chunk, is in memory.
public struct MessageFile {
    public enum Event: Equatable {
        case message([UInt8], offset: Int)
        /// Octets between two Messages that are none.
        case skipped(octets: Int, offset: Int)
        /// The file ends inside a Message.
        case cut(octets: Int, expected: Int, offset: Int)
    }

    private let input: InputFile
    private var framer = StreamFramer(beginsWithMessage: true)
    private var netFlow9 = NetFlow9Framer()
    private let isNetFlow9: Bool
    private var isAtEnd = false

    private static let chunk = 1 << 18

    /// - Parameter input: at its beginning.
    public init(_ input: InputFile) {
        self.input = input
        isNetFlow9 = input.beginning(2) == [0, 9]
    }

    /// Octets of the file that were handed on.
    public var position: Int { isNetFlow9 ? netFlow9.position : framer.position }

    /// - Returns: nil at the end of the file.
    public mutating func next() throws(CaptureError) -> Event? {
        while true {
            if let event = isNetFlow9 ? netFlow9.next(isEnd: isAtEnd) : nextOfStream() { return event }
            if isAtEnd { return nil }
            let octets = try input.read(atMost: Self.chunk)
            isAtEnd = octets.isEmpty
            if isNetFlow9 { netFlow9.append(octets) } else { framer.append(octets) }
        }
    }

    private mutating func nextOfStream() -> Event? {
        let offset = framer.position
        switch framer.next(isEnd: isAtEnd) {
        case .message(let octets): return .message(octets, offset: offset)
        case .skipped(let octets): return .skipped(octets: octets, offset: offset)
        case .cut(let octets, let expected): return .cut(octets: octets, expected: expected, offset: offset)
        case nil: return nil
        }
    }
}
