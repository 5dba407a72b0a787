// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Credentials that OpenSSL has read and found consistent; what sessions are made from.
///
/// Sendable because the context is never changed after it was made, and OpenSSL counts its users under a lock of its own.
@safe
public final class SecureContext: @unchecked Sendable {
    public let role: SecurityRole
    public let transport: SecuredTransport
    fileprivate let context: OpaquePointer

    init(
        _ role: SecurityRole, _ transport: SecuredTransport, _ contents: CredentialFiles.Contents, oldest: OldestVersion
    ) throws(SecurityFailure) {
        self.role = role
        self.transport = transport
        var problem = [CChar](repeating: 0, count: Int(COPENSSL_TEXT))
        // The arrays live through the call, which copies what it needs, and the text has the room that the function documents.
        let made = unsafe contents.withCredentials { credentials in
            var credentials = unsafe credentials
            return unsafe copenssl_context_make(
                role == .client ? COPENSSL_CLIENT : COPENSSL_SERVER, transport == .stream ? COPENSSL_STREAM : COPENSSL_DATAGRAM,
                &credentials, oldest == .tls12 ? 1 : 0, &problem)
        }
        guard let made = unsafe made else { throw SecurityFailure(reason: text(problem)) }
        unsafe context = made
    }

    deinit {
        unsafe copenssl_context_free(context)
    }

    /// - Parameter serverName: for a client, the host name or address that the server's certificate must bear; 1–253 octets.
    public func makeSession(serverName: String? = nil) -> SecureSession {
        // An empty name would be no name, and every certificate of the authorities would do.
        precondition(role == .server || serverName?.isEmpty == false, "a client must know whom it speaks to")
        // The name is copied, and the session counts itself as a user of the context.
        guard let session = unsafe copenssl_session_make(context, serverName) else {
            fatalError("a part of the program could not be built: no memory for a session")
        }
        return unsafe SecureSession(session, role: role)
    }
}

extension CredentialFiles.Contents {
    /// Lends the octets to C for the time of the call.
    func withCredentials<Result>(_ body: (copenssl_credentials) -> Result) -> Result {
        // The buffers are used within the closures that lend them only.
        unsafe certificate.withUnsafeBufferPointer { certificate in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe authorities.withUnsafeBufferPointer { authorities in
                    unsafe body(
                        copenssl_credentials(
                            certificate: certificate.baseAddress, key: key.baseAddress, authorities: authorities.baseAddress,
                            certificate_length: certificate.count, key_length: key.count, authorities_length: authorities.count))
                }
            }
        }
    }
}

/// What C has written up to its NUL, as text that is safe to show.
func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
