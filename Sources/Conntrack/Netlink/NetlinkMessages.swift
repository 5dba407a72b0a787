// SPDX-License-Identifier: Apache-2.0

/// One message: its header, and where its body lies in the datagram.
struct NetlinkMessage {
    let header: NetlinkHeader
    let body: Range<Int>
}

/// The messages that fill a datagram, one after another.
struct NetlinkMessages {
    private var position = 0

    /// The next message; nil at the end of the datagram.
    ///
    /// - Throws: `.messageLength`; what follows in the datagram cannot be found then.
    @inline(__always)
    mutating func next(in datagram: RawSpan) throws(RejectionReason) -> NetlinkMessage? {
        guard position < datagram.byteCount else { return nil }
        guard datagram.byteCount - position >= NetlinkHeader.lengthInOctets else { throw .messageLength }
        let header = NetlinkHeader(datagram, at: position)
        let length = Int(header.length)
        guard length >= NetlinkHeader.lengthInOctets, length <= datagram.byteCount - position else { throw .messageLength }
        let body = position + NetlinkHeader.lengthInOctets..<position + length
        position += netlinkAligned(length)
        return NetlinkMessage(header: header, body: body)
    }
}

/// What a datagram means for the request it answers.
public enum AnswerProgress: Sendable, Hashable {
    /// More datagrams follow.
    case unfinished
    /// The answer is complete (NLMSG_DONE, or an acknowledgement).
    case done
    /// The kernel refused or broke off: a number of errno.h, positive.
    case failed(errno: Int32)
    /// Messages were lost (NLMSG_OVERRUN).
    case overrun
}

extension NetlinkMessage {
    /// What one of netlink's own messages says; nil for any other.
    func control(in datagram: RawSpan) throws(RejectionReason) -> AnswerProgress? {
        switch header.type {
        case NetlinkMessageType.nothing: return .unfinished
        case NetlinkMessageType.overrun: return .overrun
        case NetlinkMessageType.done:
            // Since Linux 4.14 the body of NLMSG_DONE says how the dump ended; before, it was empty or zero.
            return body.count >= 4 ? outcome(datagram.native(Int32.self, at: body.lowerBound)) : .done
        case NetlinkMessageType.error:
            guard body.count >= 4 else { throw .messageLength }
            return outcome(datagram.native(Int32.self, at: body.lowerBound))
        default: return nil
        }
    }

    /// A negative number of errno.h is an error and 0 is success.
    private func outcome(_ code: Int32) -> AnswerProgress {
        code < 0 ? .failed(errno: 0 &- code) : .done
    }
}
