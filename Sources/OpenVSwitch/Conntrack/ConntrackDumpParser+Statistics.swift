// SPDX-License-Identifier: Apache-2.0

extension ConntrackDumpParser {
    /// What became of every line: `lines` = `connections` + `beyondCapacity` + `blank` + `rejected` + `tooLong`.
    public struct Statistics: Sendable, Hashable {
        public internal(set) var lines = 0
        public internal(set) var connections = 0
        public internal(set) var beyondCapacity = 0
        /// Empty, or a comment of a recorded dump.
        public internal(set) var blank = 0
        public internal(set) var rejected = 0
        /// Beyond `lineLimitInOctets`.
        public internal(set) var tooLong = 0
        /// The first few, for the operator.
        public internal(set) var firstRejected: [RejectedLine] = []

        public init() {}
    }

    public struct RejectedLine: Sendable, Hashable, CustomStringConvertible {
        /// The first 240 octets of it.
        public let text: String
        public let reason: Reason
        /// Where in the line reading stopped, counted from 1.
        public let column: Int

        public var description: String { "\(reason.rawValue) at column \(column): \(text)" }
    }

    public enum Reason: String, Sendable, Hashable, CaseIterable {
        case unknownProtocol = "unknown protocol"
        case missingTuple = "no source and destination in both tuples"
        case repeatedTuple = "a tuple is given twice"
        case unbalancedParentheses = "parentheses do not match"
        case unexpectedCharacter = "unexpected character"
        case notANumber = "not a number"
        case numberOutOfRange = "number out of range"
        case notAnAddress = "not an address"
        case notATime = "not a time"
    }
}

extension ConntrackDumpParser.Statistics {
    private static var keptRejections: Int { 8 }
    private static var keptOctets: Int { 240 }

    mutating func reject(_ octets: Span<UInt8>, _ rejection: DumpRejection) {
        rejected += 1
        guard firstRejected.count < Self.keptRejections else { return }
        let start = (0..<min(octets.count, Self.keptOctets)).map { octets[$0] }
        firstRejected.append(
            .init(text: String(decoding: start, as: UTF8.self), reason: rejection.reason, column: rejection.offset + 1))
    }
}
