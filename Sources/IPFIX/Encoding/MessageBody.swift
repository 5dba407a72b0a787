// SPDX-License-Identifier: Apache-2.0

/// A Message without its header: complete Sets, and how many Data Records they hold.
public struct MessageBody: Sendable, Hashable {
    public let sets: [UInt8]
    /// By so many the sequence number advances: records of Options Templates count, templates do not (RFC 7011 §3.1).
    public let recordCount: UInt32

    public init(sets: [UInt8], recordCount: UInt32) {
        self.sets = sets
        self.recordCount = recordCount
    }

    /// Octets of the Message, header included.
    public var messageLength: Int { MessageHeader.length + sets.count }

    /// The whole Message.
    ///
    /// - Precondition: ``messageLength`` is at most 65,535.
    public func message(exportTime: Timestamp, sequenceNumber: UInt32, observationDomainID: UInt32) -> [UInt8] {
        let header = MessageHeader(
            messageLength: UInt16(messageLength), exportTime: UInt32(truncatingIfNeeded: exportTime.seconds),
            sequenceNumber: sequenceNumber, observationDomainID: observationDomainID)
        return header.octets + sets
    }
}
