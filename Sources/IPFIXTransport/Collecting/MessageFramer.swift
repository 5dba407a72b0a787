// SPDX-License-Identifier: Apache-2.0

import IPFIX
import NIOCore

/// Cuts a stream into IPFIX Messages by the length in their headers (RFC 7011 §10.4.2); they may arrive in any pieces.
///
/// Holds at most one unfinished Message, hence fewer than 65,535 octets.
struct MessageFramer {
    /// Version and length, the part of the header that says how much to wait for.
    private static let prefixLength = 4

    private var unfinished = ByteBuffer()
    /// Octets of the whole Messages handed out so far, which is where the next one begins.
    private(set) var offset: UInt64 = 0

    /// Octets of a Message that has not come to its end.
    var unfinishedOctets: Int { unfinished.readableBytes }

    /// Appends the Messages that `input` completes to `messages`.
    ///
    /// After an error those before the bad place have been appended, and nothing more can be framed.
    mutating func append(_ input: ByteBuffer, to messages: inout [[UInt8]]) throws(FramingError) {
        var input = input
        if unfinishedOctets > 0 {
            guard try completeUnfinished(from: &input, to: &messages) else { return }
        }
        while let length = try messageLength(in: input), let message = input.readBytes(length: length) {
            finish(message, to: &messages)
        }
        // A copy of its own, so that a few octets do not keep a large read buffer alive.
        unfinished.writeImmutableBuffer(input)
    }

    /// False while the Message is still not whole; `input` is then empty.
    private mutating func completeUnfinished(from input: inout ByteBuffer, to messages: inout [[UInt8]]) throws(FramingError) -> Bool {
        top(upTo: Self.prefixLength, from: &input)
        guard let length = try lengthInHeader(of: unfinished) else { return false }
        top(upTo: length, from: &input)
        guard let message = unfinished.readBytes(length: length) else { return false }
        unfinished.clear()
        finish(message, to: &messages)
        return true
    }

    private mutating func top(upTo length: Int, from input: inout ByteBuffer) {
        let missing = min(max(0, length - unfinishedOctets), input.readableBytes)
        if var piece = input.readSlice(length: missing) { unfinished.writeBuffer(&piece) }
    }

    private mutating func finish(_ message: [UInt8], to messages: inout [[UInt8]]) {
        offset += UInt64(message.count)
        messages.append(message)
    }

    /// The length of the Message at the front when all of it is there.
    private func messageLength(in buffer: ByteBuffer) throws(FramingError) -> Int? {
        guard let length = try lengthInHeader(of: buffer), length <= buffer.readableBytes else { return nil }
        return length
    }

    private func lengthInHeader(of buffer: ByteBuffer) throws(FramingError) -> Int? {
        guard let (version, length) = buffer.peekMultipleIntegers(as: (UInt16, UInt16).self) else { return nil }
        guard version == MessageHeader.version else { throw .wrongVersion(version, offset: offset) }
        guard length >= MessageHeader.length else { throw .wrongLength(length, offset: offset) }
        return Int(length)
    }
}
