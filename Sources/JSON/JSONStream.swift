// SPDX-License-Identifier: Apache-2.0

/// Finds where each message of a JSON-RPC stream ends: at the brace that closes it, for there is no other framing.
public struct JSONStream: Sendable {
    /// A message that grows beyond this ends the session, unless another limit is given.
    public static let messageLimitInOctets = 64 << 20

    private let limit: Int
    private var message: [UInt8] = []
    private var complete: [[UInt8]] = []
    /// How many of `complete` have been taken: removing them one by one would move all others each time.
    private var taken = 0
    private var depth = 0
    private var isInText = false
    private var isEscaped = false

    public enum Malformed: Error { case notAnObject, tooDeep, tooLarge }

    public init(messageLimitInOctets limit: Int = Self.messageLimitInOctets) {
        self.limit = limit
    }

    /// Takes octets in; complete messages then come out of `next()`.
    public mutating func consume(_ octets: Span<UInt8>) throws(Malformed) {
        for index in 0..<octets.count {
            let octet = octets[index]
            if depth == 0 {
                if [0x20, 0x09, 0x0A, 0x0D].contains(octet) { continue }
                guard octet == UInt8(ascii: "{") else { throw .notAnObject }
            }
            message.append(octet)
            if message.count > limit { throw .tooLarge }
            try step(octet)
        }
    }

    /// The oldest complete message not yet taken.
    public mutating func next() -> [UInt8]? {
        guard taken < complete.count else {
            complete.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        var message: [UInt8] = []
        swap(&message, &complete[taken])
        return message
    }

    private mutating func step(_ octet: UInt8) throws(Malformed) {
        if isEscaped {
            isEscaped = false
        } else if isInText {
            if octet == UInt8(ascii: "\"") { isInText = false }
            if octet == UInt8(ascii: "\\") { isEscaped = true }
        } else if octet == UInt8(ascii: "\"") {
            isInText = true
        } else if octet == UInt8(ascii: "{") || octet == UInt8(ascii: "[") {
            depth += 1
            if depth > JSONParser.nestingLimit { throw .tooDeep }
        } else if octet == UInt8(ascii: "}") || octet == UInt8(ascii: "]") {
            depth -= 1
            if depth == 0 { finishMessage() }
        }
    }

    private mutating func finishMessage() {
        var finished: [UInt8] = []
        swap(&finished, &message)
        complete.append(finished)
    }
}
