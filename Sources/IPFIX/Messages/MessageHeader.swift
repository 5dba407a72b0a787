// SPDX-License-Identifier: Apache-2.0

/// The first sixteen octets of every IPFIX Message (RFC 7011 §3.1). All integers are big-endian.
public struct MessageHeader: Sendable, Hashable {
    public static let length = 16
    public static let version: UInt16 = 10

    /// Octets of the whole Message, header included; 16–65,535.
    public var messageLength: UInt16
    /// Seconds since the Unix epoch at which the Message left the Exporting Process.
    public var exportTime: UInt32
    /// Data Records sent in this stream and domain before this Message, modulo 2³².
    public var sequenceNumber: UInt32
    public var observationDomainID: UInt32

    public init(messageLength: UInt16, exportTime: UInt32, sequenceNumber: UInt32, observationDomainID: UInt32) {
        self.messageLength = messageLength
        self.exportTime = exportTime
        self.sequenceNumber = sequenceNumber
        self.observationDomainID = observationDomainID
    }

    /// The header in wire order, to be followed by `messageLength - 16` octets of Sets.
    public var octets: [UInt8] {
        var writer = OctetWriter()
        writer.append(Self.version)
        writer.append(messageLength)
        writer.append(exportTime)
        writer.append(sequenceNumber)
        writer.append(observationDomainID)
        return writer.octets
    }
}

extension MessageHeader {
    /// Reads and checks the header of one whole Message.
    public init(reading octets: RawSpan) throws(MessageError) {
        guard octets.byteCount >= Self.length else { throw .tooShort(octets: octets.byteCount) }
        let version = octets.bigEndian(at: 0, as: UInt16.self)
        guard version == Self.version else { throw .wrongVersion(version) }
        self.init(
            messageLength: octets.bigEndian(at: 2, as: UInt16.self), exportTime: octets.bigEndian(at: 4, as: UInt32.self),
            sequenceNumber: octets.bigEndian(at: 8, as: UInt32.self), observationDomainID: octets.bigEndian(at: 12, as: UInt32.self))
        guard Int(messageLength) == octets.byteCount else {
            throw .lengthMismatch(header: Int(messageLength), received: octets.byteCount)
        }
    }
}
