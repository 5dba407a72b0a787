// SPDX-License-Identifier: Apache-2.0

/// Why a session did not begin, or ended.
public struct SecurityFailure: Error, Hashable {
    /// OpenSSL's words.
    public let reason: String
    /// The alert with which the peer ended the session (RFC 8446 §6).
    public let alert: Int?

    public init(reason: String, alert: Int? = nil) {
        self.reason = reason
        self.alert = alert
    }
}

extension SecurityFailure: CustomStringConvertible {
    public var description: String {
        guard let alert else { return Self.clearer[reason.split(separator: ": ").last.map(String.init) ?? ""] ?? reason }
        if let refusal = Self.refusals[alert] { return "the peer refused our certificate: \(refusal)" }
        return "the peer ended the session with alert \(alert): \(reason)"
    }

    /// What the peer's alert says of our certificate.
    private static let refusals = [
        42: "it is broken or not meant for this use", 43: "it is of a kind that the peer does not take", 44: "it was revoked",
        45: "it has expired", 46: "it is not acceptable", 48: "the peer does not know the authority that signed it",
        49: "it does not give access", 116: "none was shown, and one is required",
    ]

    /// Reasons whose words in OpenSSL say little to whoever reads the log.
    private static let clearer = [
        "peer did not return a certificate": "the peer showed no certificate, and one is required",
        "wrong version number": "what came is not TLS; does the peer speak plain TCP?",
        "http request": "what came is HTTP, not TLS",
        "https proxy request": "what came is HTTP, not TLS",
        "unsupported protocol": "the peer speaks no version of TLS that is accepted here",
        "no shared cipher": "the peer and we have no suite in common",
    ]
}
