// SPDX-License-Identifier: Apache-2.0

public import Daemon
import IPFIX
public import Logging
public import TransportSecurity

/// Reads certificates again when their files have changed, and says what became of it.
public final class CredentialWatch: Sendable {
    private static let interval = Duration.seconds(2)
    private static let warningTime: Int64 = 14 * 86_400

    private let credentials: Credentials
    private let clock: SteadyClock
    private let logger: Logger
    private let stopping = Mailbox<Void>(capacity: 1)

    /// Begins to watch, from a thread of its own.
    public init(_ credentials: Credentials, clock: SteadyClock, logger: Logger) throws(ThreadError) {
        self.credentials = credentials
        self.clock = clock
        self.logger = logger
        tell("certificates read")
        _ = try PlainThread("certificates") { [weak self, stopping] in
            while case .timedOut = stopping.take(timeout: Self.interval) { self?.look(always: false) }
        }
    }

    /// Reads the files again, changed or not.
    public func reload() { look(always: true) }

    public func stop() { stopping.close() }

    private func look(always: Bool) {
        switch credentials.reload(always: always) {
        case .unchanged: break
        case .reloaded: tell("certificates read again")
        case .refused(let error): logger.error("certificates cannot be used, the old ones stay", metadata: ["cause": "\(error)"])
        }
    }

    private func tell(_ what: Logger.Message) {
        let certificate = credentials.certificate
        let end = Timestamp(seconds: certificate.notAfter)
        let metadata: Logger.Metadata = ["subject": "\(certificate.subject)", "until": "\(end)"]
        if certificate.notAfter - clock.now.seconds < Self.warningTime {
            logger.warning("the certificate ends soon or has ended: issue another", metadata: metadata)
        }
        logger.info(what, metadata: metadata)
    }
}
