// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// Reads denied packets out of what an NFLOG socket delivers.
///
/// It is pure and never traps: what is malformed, a fragment without ports, or over the rate is counted and skipped.
public struct PacketLogParser: Sendable {
    private var limit: RateLimit
    private var nextSequenceNumber: UInt32?
    public private(set) var statistics = PacketLogStatistics()

    /// - Parameter packetsPerSecond: how many packets are handed over at most, 1 to 1,000,000.
    public init(packetsPerSecond: Int) {
        limit = RateLimit(perSecond: packetsPerSecond)
    }

    /// Takes a datagram, which is one or more netlink messages, and hands over the denied packets in it.
    ///
    /// - Complexity: O(octets), nothing allocated unless something is rejected.
    public mutating func receive(_ octets: Span<UInt8>, at now: Timestamp, _ take: (DeniedConnection) -> Void) -> AnswerProgress {
        // Safe because octets have no padding, whose content would be undefined.
        let datagram = unsafe octets.bytes
        var messages = NetlinkMessages()
        while true {
            do throws(RejectionReason) {
                guard let message = try messages.next(in: datagram) else { return .unfinished }
                if message.header.type == NetlinkMessageType.loggedPacket {
                    try takePacket(message.body, of: datagram, at: now, take)
                } else {
                    guard let progress = try message.control(in: datagram) else { throw .unexpectedMessage }
                    // The kernel ends a datagram of several packets with NLMSG_DONE; the log goes on.
                    guard progress == .unfinished else { return progress }
                }
            } catch {
                statistics.rejected[error, default: 0] += 1
                if error == .messageLength { return .unfinished }
            }
        }
    }

    mutating func noteOverflow() {
        statistics.overflows += 1
    }

    private mutating func takePacket(
        _ body: Range<Int>, of datagram: RawSpan, at now: Timestamp, _ take: (DeniedConnection) -> Void
    ) throws(RejectionReason) {
        guard body.count >= 4 else { throw .missingValue }
        let packet = try LoggedPacket(body.lowerBound + 4..<body.upperBound, of: datagram)
        if let number = packet.sequenceNumber { noteSequence(number) }
        if packet.prefix.verdict == .allowed {
            statistics.allowed += 1
            return
        }
        guard limit.admits(at: now) else {
            statistics.overRate += 1
            return
        }
        take(try packet.denied(in: datagram, at: now))
        statistics.denied += 1
    }

    /// A number that is not far ahead has left out those before it; one that is behind began again.
    private mutating func noteSequence(_ number: UInt32) {
        if let next = nextSequenceNumber, number &- next < 1 << 31 { statistics.lost += UInt64(number &- next) }
        nextSequenceNumber = number &+ 1
    }
}

/// One logged packet, not yet decoded.
private struct LoggedPacket {
    private var hook: UInt8?
    private var payload: Range<Int>?
    private(set) var prefix = LogPrefix()
    private(set) var sequenceNumber: UInt32?

    init(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        var attributes = NetlinkAttributes(in: range)
        while let attribute = try attributes.next(in: octets) {
            switch LoggedPacketAttribute(rawValue: attribute.type) {
            case .header:
                guard attribute.value.count == 4 else { throw .valueLength }
                hook = octets.native(UInt8.self, at: attribute.value.lowerBound + 2)
            case .payload: payload = attribute.value
            case .prefix: prefix = LogPrefix(attribute.value, of: octets)
            case .sequenceNumber: sequenceNumber = try octets.number(UInt32.self, in: attribute.value)
            case nil: continue
            }
        }
    }

    func denied(in octets: RawSpan, at now: Timestamp) throws(RejectionReason) -> DeniedConnection {
        guard let payload else { throw .missingValue }
        let headers = try PacketHeaders(payload, of: octets)
        return DeniedConnection(
            tuple: headers.tuple, protocolIdentifier: headers.protocolIdentifier, rule: prefix.rule, action: action,
            direction: prefix.direction ?? directionOfHook, octets: headers.length, time: now)
    }

    private var action: DeniedConnection.Action {
        if case .denied(let action) = prefix.verdict { action } else { .drop }
    }

    /// What comes to the machine itself is ingress and what it sends is egress; what it forwards may be either (`enum nf_inet_hooks`).
    private var directionOfHook: DeniedConnection.Direction? {
        switch hook {
        case 1: .ingress
        case 3: .egress
        default: nil
        }
    }
}
