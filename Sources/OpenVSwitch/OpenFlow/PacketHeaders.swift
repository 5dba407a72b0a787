// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// The addresses, ports and IP length in the first octets of an Ethernet frame.
struct PacketHeaders {
    let tuple: Connection.Tuple
    let protocolIdentifier: UInt8
    /// Of the IP packet, as its header says; nil where the header leaves it open (segmentation offload, jumbograms).
    let octets: UInt32?
    /// Where the IP packet begins in the frame.
    let headerOffset: Int

    private static let extensionHeaderLimit = 8

    /// Nil when the frame is no IP packet or ends before its addresses.
    init?(frame: Span<UInt8>) {
        var offset = 12
        var etherType = frame.bigEndian16(at: offset)
        for _ in 0..<2 where etherType == 0x8100 || etherType == 0x88A8 {
            offset += 4
            etherType = frame.bigEndian16(at: offset)
        }
        offset += 2
        switch etherType {
        case 0x0800: self.init(v4: frame, at: offset)
        case 0x86DD: self.init(v6: frame, at: offset)
        default: return nil
        }
    }

    /// RFC 791 §3.1.
    private init?(v4 frame: Span<UInt8>, at start: Int) {
        guard let first = frame.octet(at: start), first >> 4 == 4, first & 15 >= 5, let total = frame.bigEndian16(at: start + 2),
            let fragment = frame.bigEndian16(at: start + 6), let number = frame.octet(at: start + 9),
            let source = frame.bigEndian32(at: start + 12), let destination = frame.bigEndian32(at: start + 16)
        else { return nil }
        let payload = fragment & 0x1FFF == 0 ? start + Int(first & 15) * 4 : nil
        protocolIdentifier = number
        octets = total == 0 ? nil : UInt32(total)
        headerOffset = start
        tuple = Self.tuple(IPAddress(v4: source), IPAddress(v4: destination), number, frame, payload)
    }

    /// RFC 8200 §3.
    private init?(v6 frame: Span<UInt8>, at start: Int) {
        guard let first = frame.octet(at: start), first >> 4 == 6, let length = frame.bigEndian16(at: start + 4),
            let sourceHigh = frame.bigEndian64(at: start + 8), let sourceLow = frame.bigEndian64(at: start + 16),
            let destinationHigh = frame.bigEndian64(at: start + 24), let destinationLow = frame.bigEndian64(at: start + 32)
        else { return nil }
        let (number, payload) = Self.upperLayer(frame, start)
        protocolIdentifier = number
        octets = length == 0 ? nil : UInt32(length) + 40
        headerOffset = start
        tuple = Self.tuple(
            IPAddress(high: sourceHigh, low: sourceLow), IPAddress(high: destinationHigh, low: destinationLow), number, frame, payload)
    }

    /// Walks the extension headers (RFC 8200 §4.1): next header, length in units of 8 octets beyond the first 8.
    ///
    /// - Returns: the protocol, and where it begins; nil in a fragment that is not the first.
    private static func upperLayer(_ frame: Span<UInt8>, _ start: Int) -> (number: UInt8, payload: Int?) {
        var number = frame.octet(at: start + 6) ?? 59
        var offset = start + 40
        for _ in 0..<extensionHeaderLimit {
            guard [0, 43, 44, 51, 60].contains(number), let next = frame.octet(at: offset),
                let length = frame.octet(at: offset + 1)
            else { break }
            if number == 44 {
                guard let fragment = frame.bigEndian16(at: offset + 2) else { break }
                if fragment >> 3 != 0 { return (next, nil) }
                offset += 8
            } else {
                // The Authentication Header counts in units of 4 octets, minus 2 (RFC 4302 §2.2).
                offset += number == 51 ? (Int(length) + 2) * 4 : (Int(length) + 1) * 8
            }
            number = next
        }
        return (number, offset)
    }

    private static func tuple(
        _ source: IPAddress, _ destination: IPAddress, _ number: UInt8, _ frame: Span<UInt8>, _ payload: Int?
    ) -> Connection.Tuple {
        var tuple = Connection.Tuple(source: source, destination: destination)
        guard let payload else { return tuple }
        switch number {
        case 6, 17, 33, 132, 136:
            tuple.sourcePort = frame.bigEndian16(at: payload) ?? 0
            tuple.destinationPort = frame.bigEndian16(at: payload + 2) ?? 0
        case 1, 58:
            guard let type = frame.octet(at: payload), let code = frame.octet(at: payload + 1) else { break }
            // Only echo, timestamp and information messages have an identifier there (RFC 792, RFC 4443 §4).
            let hasIdentifier = number == 1 ? [0, 8, 13, 14, 15, 16, 17, 18].contains(type) : [128, 129].contains(type)
            tuple.icmp = Connection.ICMP(
                identifier: hasIdentifier ? frame.bigEndian16(at: payload + 4) ?? 0 : 0, type: type, code: code)
        default: break
        }
        return tuple
    }
}
