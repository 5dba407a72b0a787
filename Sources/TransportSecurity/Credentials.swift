// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Who a program is and whom it believes, kept current: files that change are read again, and sessions that are open go on.
public final class Credentials: Sendable {
    public enum Reload: Sendable, Hashable {
        case unchanged
        case reloaded
        /// The new files cannot be used; the old credentials stay.
        case refused(CredentialError)
    }

    private struct State {
        var stream, datagrams: SecureContext
        var own: Certificate
        /// Of the files that were last read, usable or not.
        var fingerprint: CredentialFiles.Fingerprint
    }

    public let role: SecurityRole
    private let files: CredentialFiles
    private let oldest: OldestVersion
    private let state: Mutex<State>

    public init(_ files: CredentialFiles, role: SecurityRole, oldest: OldestVersion = .tls13) throws(CredentialError) {
        self.files = files
        self.role = role
        self.oldest = oldest
        state = Mutex(try Self.load(files, role, oldest))
    }

    /// For a new session.
    public func context(_ transport: SecuredTransport) -> SecureContext {
        state.withLock { transport == .stream ? $0.stream : $0.datagrams }
    }

    /// The program's own certificate.
    public var certificate: Certificate { state.withLock { $0.own } }

    /// Reads the files again if they are others than before, or `always`.
    public func reload(always: Bool = false) -> Reload {
        let fingerprint = files.fingerprint
        guard always || state.withLock({ $0.fingerprint != fingerprint }) else { return .unchanged }
        do throws(CredentialError) {
            let loaded = try Self.load(files, role, oldest)
            state.withLock { $0 = loaded }
            return .reloaded
        } catch {
            // Told once, and again when somebody has tried to mend it.
            state.withLock { $0.fingerprint = fingerprint }
            return .refused(error)
        }
    }

    private static func load(_ files: CredentialFiles, _ role: SecurityRole, _ oldest: OldestVersion) throws(CredentialError) -> State {
        // Before the reading: what changes meanwhile is read again.
        let fingerprint = files.fingerprint
        let contents = try files.read()
        do throws(SecurityFailure) {
            let own = try Certificate.read(contents.certificate).first
            guard let own else { throw SecurityFailure(reason: "no certificate in \(files.certificate)") }
            return State(
                stream: try SecureContext(role, .stream, contents, oldest: oldest),
                datagrams: try SecureContext(role, .datagrams, contents, oldest: oldest), own: own, fingerprint: fingerprint)
        } catch {
            throw .unusable(files, error.reason)
        }
    }
}
