// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Mediation

/// Tells of failures at a bounded rate: the first, the second, the fourth … in a row, and that they are over.
struct FailureLog {
    private let logger: Logger
    private let kind: ClusterKind
    private let server: APIServer
    private var inARow: UInt64 = 0

    init(logger: Logger, kind: ClusterKind, server: APIServer) {
        self.logger = logger
        self.kind = kind
        self.server = server
    }

    mutating func failed(_ failure: ListWatch.Failure, _ reason: String, pause: Duration) {
        if case .status(410, _) = failure {
            logger.info("the API server forgot where the watch was, listing anew", metadata: ["kind": "\(kind)"])
            return
        }
        inARow += 1
        guard inARow.nonzeroBitCount == 1 else { return }
        var metadata: Logger.Metadata = [
            "kind": "\(kind)", "server": "\(server)", "cause": "\(Self.oneLine(reason))", "failures in a row": "\(inARow)",
            "next try in": "\(pause)",
        ]
        if let remedy = remedy(failure) { metadata["remedy"] = "\(remedy)" }
        logger.warning("objects of the cluster not read, names may be missing", metadata: metadata)
    }

    mutating func recovered() {
        if inARow > 0 { logger.info("objects of the cluster are read again", metadata: ["kind": "\(kind)"]) }
        inARow = 0
    }

    func synchronized(objects: UInt64) {
        logger.info("objects of the cluster read", metadata: ["kind": "\(kind)", "objects": "\(objects)", "server": "\(server)"])
    }

    private func remedy(_ failure: ListWatch.Failure) -> String? {
        switch failure {
        case .status(401, _): "the token or certificate is not accepted; see that it has not expired"
        case .status(403, _): "allow the account to get, list and watch \(kind) in all namespaces (a ClusterRole)"
        case .status(404, _): "see that the address is an API server's"
        default: nil
        }
    }

    /// What a server says goes into a log, where it must not look like another line.
    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.prefix(400).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
