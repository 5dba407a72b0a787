// SPDX-License-Identifier: Apache-2.0

internal import NIOSSL

extension APIServer {
    private static let longestToken = 64 << 10

    /// Why a request cannot be made.
    struct CredentialsError: Error, CustomStringConvertible {
        let description: String
    }

    /// What the Authorization header says; nil without a token.
    func authorization() throws(CredentialsError) -> String? {
        let token: String
        switch self.token {
        case .none: return nil
        case .text(let text): token = text
        case .file(let path):
            do throws(ObjectsFileError) {
                token = try FileText.read(path, limit: Self.longestToken)
            } catch {
                throw CredentialsError(description: "the token in \(path) cannot be read: \(error.cause)")
            }
        }
        let trimmed = String(token.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CredentialsError(description: "the token is empty, or has characters that no token has")
        }
        return "Bearer \(trimmed)"
    }

    /// What a connection's TLS is made of; nil for plain HTTP. Files are read anew.
    func tlsContext() throws -> NIOSSLContext? {
        guard let security else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let roots = security.roots { configuration.trustRoots = .certificates(try Self.certificates(roots)) }
        if !security.isVerified { configuration.certificateVerification = .none }
        if let certificate = security.certificate, let key = security.key {
            configuration.certificateChain = try Self.certificates(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.privateKey(key))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func privateKey(_ material: Material) throws -> NIOSSLPrivateKey {
        switch material {
        case .file(let path): try NIOSSLPrivateKey(file: path, format: .pem)
        case .octets(let octets): try NIOSSLPrivateKey(bytes: octets, format: .pem)
        }
    }

    private static func certificates(_ material: Material) throws -> [NIOSSLCertificate] {
        switch material {
        case .file(let path): try NIOSSLCertificate.fromPEMFile(path)
        case .octets(let octets): try NIOSSLCertificate.fromPEMBytes(octets)
        }
    }
}
