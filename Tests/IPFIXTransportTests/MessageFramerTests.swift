// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import IPFIXTransport

struct MessageFramerTests {
    let three = [message(1, length: 16), message(2, length: 21), message(3, length: 18)]

    private func frame(_ pieces: [some Sequence<UInt8>], with framer: inout MessageFramer) throws(FramingError) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for piece in pieces { try framer.append(ByteBuffer(bytes: piece), to: &messages) }
        return messages
    }

    @Test("messages are whole wherever the stream is cut in three")
    func everySplit() throws {
        let stream = three.flatMap(\.self)
        for first in 0...stream.count {
            for second in first...stream.count {
                var framer = MessageFramer()
                let messages = try frame([stream[..<first], stream[first..<second], stream[second...]], with: &framer)
                #expect(messages == three, "cut at \(first) and \(second)")
                #expect(framer.unfinishedOctets == 0)
                #expect(framer.offset == UInt64(stream.count))
            }
        }
    }

    @Test("messages are whole when they come octet by octet")
    func octetByOctet() throws {
        var framer = MessageFramer()
        #expect(try frame(three.flatMap(\.self).map { [$0] }, with: &framer) == three)
    }

    @Test("the longest message there can be is framed")
    func longest() throws {
        var framer = MessageFramer()
        let longest = message(7, length: 65_535)
        #expect(try frame([longest[..<40_000], longest[40_000...]], with: &framer) == [longest])
    }

    @Test("a message that has not ended is kept and not handed out")
    func unfinished() throws {
        var framer = MessageFramer()
        #expect(try frame([message(1)[..<39]], with: &framer).isEmpty)
        #expect(framer.unfinishedOctets == 39)
    }

    @Test("a wrong version or length ends framing there, and what came before is handed out", arguments: [true, false])
    func garbage(inOnePiece: Bool) {
        for (header, error) in [
            ([0, 9, 0, 20], FramingError.wrongVersion(9, offset: 16)), ([0, 10, 0, 15], .wrongLength(15, offset: 16)),
            ([0, 10, 0, 0], .wrongLength(0, offset: 16)), ([71, 69, 84, 32], .wrongVersion(0x4745, offset: 16)),
        ] {
            var framer = MessageFramer()
            var messages: [[UInt8]] = []
            let stream = three[0] + header.map(UInt8.init)
            #expect(throws: error) {
                for piece in inOnePiece ? [stream] : stream.map({ [$0] }) { try framer.append(ByteBuffer(bytes: piece), to: &messages) }
            }
            #expect(messages == [three[0]])
        }
    }
}
