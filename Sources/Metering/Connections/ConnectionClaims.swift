// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Which part of an account that knows only addresses and ports belongs to the connection that has them at present.
///
/// A connection is another one when its entry was gone from a whole dump, or when it had ended and opens again.
struct ConnectionClaims: Sendable {
    private struct Key: Hashable {
        let tuple: Connection.Tuple
        let protocolIdentifier: UInt8
        let zone: UInt16
    }

    private struct Claim {
        /// What earlier connections had.
        var base = Connection.Counters()
        /// As of the last poll that saw the connection.
        var total: Connection.Counters
        var hasEnded: Bool
        var poll: UInt64
        var lastSeen: Timestamp
    }

    private var claims: [Key: Claim] = [:]
    private var poll: UInt64 = 1
    private var lastWholePoll: UInt64 = 0

    mutating func finishPoll(isWhole: Bool) {
        if isWhole { lastWholePoll = poll }
        poll += 1
    }

    mutating func share(of connection: Connection, in total: Connection.Counters, at now: Timestamp) -> Connection.Counters {
        let key = Key(tuple: connection.original, protocolIdentifier: connection.protocolIdentifier, zone: connection.zone)
        let hasEnded = connection.tcpState?.isEnded ?? false
        guard var claim = claims[key] else {
            claims[key] = Claim(total: total, hasEnded: hasEnded, poll: poll, lastSeen: now)
            return total
        }
        let wasGone = claim.poll < lastWholePoll
        let isReopened = claim.hasEnded && connection.tcpState?.isOpening ?? false
        // An account that was forgotten begins at zero.
        if !total.reaches(claim.total) {
            claim.base = Connection.Counters()
        } else if wasGone || isReopened {
            claim.base = claim.total
        }
        claim.total = total
        claim.hasEnded = hasEnded
        claim.poll = poll
        claim.lastSeen = now
        claims[key] = claim
        return total.less(claim.base)
    }

    mutating func forget(before time: Timestamp) {
        claims = claims.filter { $0.value.lastSeen > time }
    }
}

extension Connection.Counters {
    fileprivate func reaches(_ other: Self) -> Bool {
        packets >= other.packets && octets >= other.octets && reversePackets >= other.reversePackets && reverseOctets >= other.reverseOctets
    }

    fileprivate func less(_ other: Self) -> Self {
        Self(
            packets: packets &- other.packets, octets: octets &- other.octets, reversePackets: reversePackets &- other.reversePackets,
            reverseOctets: reverseOctets &- other.reverseOctets)
    }
}
