// SPDX-License-Identifier: Apache-2.0

/// Finds lost Data Records of one session and Observation Domain by their sequence numbers (RFC 7011 §3.1, §9.1).
///
/// The sequence number counts Data Records before a Message, modulo 2³². Records of Options Templates count, templates do not.
/// After a Set that could not be counted (its template is unknown) the next number is taken as it comes.
public struct SequenceTracker: Sendable {
    public enum Verdict: Sendable, Hashable {
        case inOrder
        /// So many records are missing before this message.
        case lost(UInt32)
        /// Sent before one that was read already: late or repeated, so what was called lost may not be.
        case late(by: UInt32)
        /// The first message, or the first after one that could not be counted.
        case unknown
    }

    /// A step back of more than this is a restart of the exporter rather than a late message.
    public static let lateWindow: UInt32 = 1 << 16

    private var expected: UInt32?

    public init() {}

    /// - Parameter records: Data Records in this message; nil when they could not be counted.
    public mutating func receive(sequenceNumber: UInt32, records: Int?) -> Verdict {
        let next = records.map { sequenceNumber &+ UInt32(truncatingIfNeeded: $0) }
        guard let expected else {
            self.expected = next
            return .unknown
        }
        let ahead = sequenceNumber &- expected
        if ahead == 0 {
            self.expected = next
            return .inOrder
        }
        let behind = expected &- sequenceNumber
        if behind <= Self.lateWindow {
            return .late(by: behind)
        }
        self.expected = next
        return ahead < 1 << 31 ? .lost(ahead) : .unknown
    }
}
