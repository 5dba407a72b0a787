// SPDX-License-Identifier: Apache-2.0

/// The transport protocol of a session; the raw value is the scheme of an `Endpoint`.
public enum Transport: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case tcp
    case tls
    case udp
    case dtls

    /// Whether messages travel alone, each of which may be lost, repeated or overtaken.
    public var isDatagram: Bool { self == .udp || self == .dtls }

    /// Whether what is sent is encrypted, and both sides know who the other is.
    public var isSecured: Bool { self == .tls || self == .dtls }

    /// The port that IANA assigned: `ipfix`, or secured `ipfixs` (RFC 7011 §10).
    public var port: UInt16 { isSecured ? 4740 : 4739 }

    public var description: String { rawValue }
}
