// SPDX-License-Identifier: Apache-2.0

/// Why a session ended.
public enum SessionEnd: Sendable, Hashable {
    case closedByPeer
    /// The peer left in the middle of a Message, of which this many octets had come.
    case cutShort(octets: Int)
    /// The stream is not IPFIX at some place, and where the next Message begins cannot be known (RFC 7011 §9.1).
    case malformed(FramingError)
    /// The receiver asked for it, because the peer's last few Messages were malformed inside (RFC 7011 §9.1).
    case malfunctioning
    /// Nothing came for this long.
    case idle(Duration)
    /// A Message was not whole after this long.
    case slow(Duration)
    /// All places were taken, it had brought no whole Message, and somebody else came.
    case displaced
    /// The Collecting Process was stopped.
    case stopped
    /// The operating system's words.
    case failed(String)
}

extension SessionEnd: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closedByPeer: "closed by the peer"
        case .cutShort(let octets): "the peer left after \(octets) octets of a message"
        case .malformed(let error): error.description
        case .malfunctioning: "the last messages were all malformed"
        case .idle(let time): "nothing received for \(time)"
        case .slow(let time): "a message was not whole after \(time)"
        case .displaced: "too many connections, and this was the oldest without a message"
        case .stopped: "the collector is stopping"
        case .failed(let text): text
        }
    }
}
