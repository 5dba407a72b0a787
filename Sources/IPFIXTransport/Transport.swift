// SPDX-License-Identifier: Apache-2.0

/// The transport protocol of a session; the raw value is the scheme of an `Endpoint`.
public enum Transport: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case tcp
    case udp

    public var description: String { rawValue }
}
