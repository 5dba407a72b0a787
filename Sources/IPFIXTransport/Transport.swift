// SPDX-License-Identifier: Apache-2.0

/// The transport protocol of a session; the raw value is the scheme of an `Endpoint`.
public enum Transport: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case tcp
    case udp

    /// Whether messages travel alone, each of which may be lost, repeated or overtaken.
    public var isDatagram: Bool { self == .udp }

    /// Whether what is sent is encrypted, and both sides know who the other is.
    public var isSecured: Bool { false }

    public var description: String { rawValue }
}
