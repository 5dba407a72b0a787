// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What a capture's packets held, in the order in which it became known.
public enum CaptureEvent: Sendable {
    /// An IPFIX Message or NetFlow v9 packet, or what claims to be one.
    case message(CapturedMessage)
    /// A UDP datagram or a Message of which the capture has the beginning only.
    case cut(CapturedSession, packet: Int, octets: Int, expected: Int)
    /// Octets of a TCP stream that were never captured. What follows is read from the next Message on.
    case gap(CapturedSession, packet: Int, octets: Int)
    /// Octets of a TCP stream that belong to no Message.
    case skipped(CapturedSession, packet: Int, octets: Int)
    /// A TCP connection ended, and with it the templates sent over it.
    case ended(CapturedSession)
}

public struct CapturedMessage: Sendable {
    public let session: CapturedSession
    public let octets: [UInt8]
    /// The frame that completed it.
    public let packet: Int
    public let time: Timestamp
}
