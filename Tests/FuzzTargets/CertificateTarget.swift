// SPDX-License-Identifier: Apache-2.0

internal import TransportSecurity

/// Certificates as PEM, or one as DER: what is read of them is text without a NUL, and a node's name comes of one of their names.
enum CertificateTarget {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func run(_ octets: [UInt8]) {
        let pem = octets.first == UInt8(ascii: "-") ? octets : armoured(octets)
        guard let certificates = try? Certificate.read(pem) else { return }
        for certificate in certificates {
            precondition(!certificate.serial.isEmpty && certificate.fingerprint.count == 64, "a certificate without number or fingerprint")
            for text in [certificate.subject, certificate.issuer] + certificate.names.map(\.description) {
                precondition(!text.utf8.contains(0), "a NUL in a text")
            }
            guard let node = certificate.names.nodeName else { continue }
            let sources: [AlternativeName] = [.uri([AlternativeName].nodePrefix + node), .dns(node)]
            precondition(!node.isEmpty && certificate.names.contains { sources.contains($0) }, "a node that no name names")
        }
    }

    /// DER between the lines that PEM puts around it (RFC 7468).
    private static func armoured(_ octets: [UInt8]) -> [UInt8] {
        var pem = Array("-----BEGIN CERTIFICATE-----".utf8)
        for start in stride(from: 0, to: octets.count, by: 3) {
            if start % 48 == 0 { pem.append(UInt8(ascii: "\n")) }
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                pem.append(index <= group.count ? letters[Int(bits >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
            }
        }
        return pem + Array("\n-----END CERTIFICATE-----\n".utf8)
    }
}
