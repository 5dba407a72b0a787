// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What an X.509 certificate says.
public struct Certificate: Sendable, Hashable {
    /// RFC 2253.
    public let subject, issuer: String
    /// Hexadecimal.
    public let serial, fingerprint: String
    /// As `EC prime256v1` or `RSA 2048`.
    public let key: String
    /// Seconds since the Unix epoch.
    public let notBefore, notAfter: Int64
    public let isAuthority: Bool
    /// Whether it may be shown by whoever begins a session, and by whoever waits for one.
    public let isForClients, isForServers: Bool
    public let names: [AlternativeName]

    /// A file has a handful of certificates, a bundle of authorities some hundred.
    private static let limit = 1024

    /// All certificates of a PEM text, in their order.
    public static func read(_ pem: [UInt8]) throws(SecurityFailure) -> [Certificate] {
        var certificates: [Certificate] = []
        var facts = copenssl_facts()
        var problem = [CChar](repeating: 0, count: Int(COPENSSL_TEXT))
        for index in 0..<Int32(limit) {
            // The structure and the text have the sizes that the function documents, and it only reads the octets.
            switch unsafe copenssl_certificate_facts(pem, pem.count, index, &facts, &problem) {
            case 0: return certificates
            case 1:
                let names = alternativeNames { name, room in unsafe copenssl_certificate_name(pem, pem.count, index, name, &room) }
                certificates.append(Certificate(facts, names))
            default: throw SecurityFailure(reason: text(problem))
            }
        }
        return certificates
    }

    private init(_ facts: copenssl_facts, _ names: [AlternativeName]) {
        subject = Self.string(facts.subject)
        issuer = Self.string(facts.issuer)
        serial = Self.string(facts.serial)
        fingerprint = Self.string(facts.fingerprint)
        key = Self.string(facts.key)
        notBefore = facts.not_before
        notAfter = facts.not_after
        isAuthority = facts.is_authority == 1
        isForClients = facts.for_client == 1
        isForServers = facts.for_server == 1
        self.names = names
    }

    /// A tuple of characters, which is how Swift sees an array of C.
    private static func string<Characters>(_ characters: Characters) -> String {
        unsafe withUnsafeBytes(of: characters) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
