// SPDX-License-Identifier: Apache-2.0

/// The first sixteen octets of every IPFIX Message (RFC 7011 §3.1), or the twenty of a NetFlow v9 packet. All integers are big-endian.
public struct MessageHeader: Sendable, Hashable {
    public static let length = 16
    public static let version: UInt16 = 10

    /// Octets of the whole Message, header included; 16–65,535. A NetFlow v9 packet does not say its length: it is the datagram's.
    public var messageLength: UInt16
    /// Seconds since the Unix epoch at which the Message left the Exporting Process.
    public var exportTime: UInt32
    /// Data Records sent in this stream and domain before this Message, modulo 2³²; in NetFlow v9, packets.
    public var sequenceNumber: UInt32
    /// In NetFlow v9 the Source ID.
    public var observationDomainID: UInt32
    /// What only NetFlow v9 has; nil for IPFIX.
    public var netFlow9: NetFlow9Header?

    public init(
        messageLength: UInt16, exportTime: UInt32, sequenceNumber: UInt32, observationDomainID: UInt32, netFlow9: NetFlow9Header? = nil
    ) {
        self.messageLength = messageLength
        self.exportTime = exportTime
        self.sequenceNumber = sequenceNumber
        self.observationDomainID = observationDomainID
        self.netFlow9 = netFlow9
    }

    /// Octets of the header itself, where the first Set begins.
    public var length: Int { netFlow9 == nil ? Self.length : NetFlow9Header.length }

    /// The header of an IPFIX Message in wire order, to be followed by `messageLength - 16` octets of Sets.
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
    /// Reads and checks the header of one Message.
    ///
    /// RFC 7011 does not call a Message malformed for the octets that a datagram has behind it: they are no part of it.
    public init(reading octets: RawSpan, acceptingNetFlow9 acceptsNetFlow9: Bool = false) throws(MessageError) {
        guard octets.byteCount >= Self.length else { throw .tooShort(octets: octets.byteCount) }
        let version = octets.bigEndian(at: 0, as: UInt16.self)
        if version == NetFlow9Header.version, acceptsNetFlow9 {
            try self.init(readingNetFlow9: octets)
            return
        }
        guard version == Self.version else { throw .wrongVersion(version) }
        self.init(
            messageLength: octets.bigEndian(at: 2, as: UInt16.self), exportTime: octets.bigEndian(at: 4, as: UInt32.self),
            sequenceNumber: octets.bigEndian(at: 8, as: UInt32.self), observationDomainID: octets.bigEndian(at: 12, as: UInt32.self))
        guard messageLength >= Self.length else { throw .lengthBelowHeader(Int(messageLength)) }
        guard Int(messageLength) <= octets.byteCount else {
            throw .cutShort(header: Int(messageLength), received: octets.byteCount)
        }
    }

    private init(readingNetFlow9 octets: RawSpan) throws(MessageError) {
        guard octets.byteCount >= NetFlow9Header.length else { throw .tooShort(octets: octets.byteCount) }
        self.init(
            messageLength: UInt16(clamping: octets.byteCount), exportTime: octets.bigEndian(at: 8, as: UInt32.self),
            sequenceNumber: octets.bigEndian(at: 12, as: UInt32.self), observationDomainID: octets.bigEndian(at: 16, as: UInt32.self),
            netFlow9: NetFlow9Header(
                recordCount: octets.bigEndian(at: 2, as: UInt16.self), systemUptime: octets.bigEndian(at: 4, as: UInt32.self)))
    }
}
