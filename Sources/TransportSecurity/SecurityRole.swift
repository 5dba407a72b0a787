// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// The side of a session: who begins it, or who waits for it.
public enum SecurityRole: Sendable, Hashable {
    case client
    case server
}

/// What a session protects: one stream (TLS, RFC 8446), or datagrams (DTLS, RFC 6347).
public enum SecuredTransport: Sendable, Hashable {
    case stream
    case datagrams
}

/// The oldest version that is accepted over streams; DTLS is always 1.2.
public enum OldestVersion: String, Sendable, Hashable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"
}
