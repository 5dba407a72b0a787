// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension MeteredPacket {
    /// Reads the headers of `packet`, which begins at `offset`.
    ///
    /// - Parameters:
    ///   - frameLength: octets of the whole frame on the link; what an IP header claims beyond it is not counted.
    /// - Returns: nil when the transport's header makes no sense. Of a header that was not captured in whole, what is there is taken.
    init?(_ packet: InternetPacket, at offset: Int, in octets: Span<UInt8>, frameLength: Int) {
        let isVersion4 = packet.source.family == .v4 && (octets.octet(at: offset) ?? 0) >> 4 == 4
        let claimed = octets.uint16(at: offset + (isVersion4 ? 2 : 4)) ?? 0
        let onLink = max(frameLength - offset, 0)
        // Zero stands in packets that the network card is yet to cut, and in jumbograms: they are as long as the frame lets them be; but not
        // where nothing follows the header of version 6.
        let isEmpty = !isVersion4 && octets.octet(at: offset + 6) == ExtensionHeaders.noNextHeader
        let length = claimed == 0 && !isEmpty ? onLink : min(Int(claimed) + (isVersion4 ? 0 : 40), onLink)
        source = packet.source
        destination = packet.destination
        fragment = packet.fragment
        count = PacketCount(packets: 1, octets: UInt64(length), frameOctets: UInt64(max(frameLength, 0)))
        transport = .none
        var number = packet.protocolNumber
        var payload = packet.payload
        if let fragment = packet.fragment {
            guard fragment.offset == 0 else {
                protocolNumber = number
                return
            }
            // The first part has all headers (RFC 7112), those behind the fragment header too.
            if !isVersion4 {
                let rest = ExtensionHeaders(reading: octets, at: payload.lowerBound, end: payload.upperBound, first: number)
                guard let rest else { return nil }
                number = rest.protocolNumber
                payload = rest.payload
            }
        }
        protocolNumber = number
        guard readTransport(octets, payload, isCut: packet.missing > 0) else { return nil }
    }

    private mutating func readTransport(_ octets: Span<UInt8>, _ payload: Range<Int>, isCut: Bool) -> Bool {
        switch protocolNumber {
        case ProtocolNumber.tcp, ProtocolNumber.udp, ProtocolNumber.sctp, ProtocolNumber.dccp, ProtocolNumber.udpLite:
            return readPorts(octets, payload, isCut: isCut)
        case ProtocolNumber.icmp, ProtocolNumber.icmp6: return readMessage(octets, payload, isCut: isCut)
        default: return true
        }
    }

    private mutating func readPorts(_ octets: Span<UInt8>, _ payload: Range<Int>, isCut: Bool) -> Bool {
        let start = payload.lowerBound
        guard payload.count >= 4, let source = octets.uint16(at: start), let destination = octets.uint16(at: start + 2) else {
            isCutShort = isCut
            return isCut
        }
        transport = .ports(source: source, destination: destination)
        switch protocolNumber {
        case ProtocolNumber.tcp: readSegment(octets, payload)
        case ProtocolNumber.sctp: readChunk(octets, payload)
        default: break
        }
        return true
    }

    private mutating func readSegment(_ octets: Span<UInt8>, _ payload: Range<Int>) {
        let start = payload.lowerBound
        guard payload.count >= 14, let flags = octets.octet(at: start + 13), let number = octets.uint32(at: start + 4),
            let acknowledgment = octets.uint32(at: start + 8)
        else { return }
        signal = .tcp(TCPFlags(rawValue: flags), sequenceNumber: number, acknowledgment: acknowledgment)
    }

    private mutating func readChunk(_ octets: Span<UInt8>, _ payload: Range<Int>) {
        guard payload.count >= 13, let chunk = octets.octet(at: payload.lowerBound + 12).flatMap({ SCTPChunk(rawValue: $0) }) else {
            return
        }
        signal = .sctp(chunk)
    }

    private mutating func readMessage(_ octets: Span<UInt8>, _ payload: Range<Int>, isCut: Bool) -> Bool {
        let start = payload.lowerBound
        guard payload.count >= 2, let type = octets.octet(at: start), let code = octets.octet(at: start + 1) else {
            isCutShort = isCut
            return isCut
        }
        let question = Self.question(answeredBy: type, version4: protocolNumber == ProtocolNumber.icmp)
        let isQuestion = Self.answer(to: type, version4: protocolNumber == ProtocolNumber.icmp) != nil
        let hasIdentifier = question != nil || isQuestion
        let identifier = hasIdentifier && payload.count >= 6 ? octets.uint16(at: start + 4) ?? 0 : 0
        transport = .query(identifier: identifier, type: question ?? type, code: code, isAnswer: question != nil)
        return true
    }

    /// The type of the message that answers one of `type`; nil for what is not asked.
    static func answer(to type: UInt8, version4: Bool) -> UInt8? {
        switch (version4, type) {
        case (true, 8): 0
        case (true, 13): 14
        case (true, 15): 16
        case (true, 17): 18
        case (false, 128): 129
        // Node information (RFC 4620): its second pair of octets is a question's kind, the same in the answer.
        case (false, 139): 140
        default: nil
        }
    }

    private static func question(answeredBy type: UInt8, version4: Bool) -> UInt8? {
        switch (version4, type) {
        case (true, 0): 8
        case (true, 14): 13
        case (true, 16): 15
        case (true, 18): 17
        case (false, 129): 128
        case (false, 140): 139
        default: nil
        }
    }
}

/// IANA's numbers of the protocols that metering tells apart.
enum ProtocolNumber {
    static let icmp: UInt8 = 1
    static let ipInIP: UInt8 = 4
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    static let dccp: UInt8 = 33
    static let ip6InIP: UInt8 = 41
    static let gre: UInt8 = 47
    static let icmp6: UInt8 = 58
    static let sctp: UInt8 = 132
    static let udpLite: UInt8 = 136
}
