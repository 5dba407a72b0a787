// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Kubernetes
import Logging
import Mediation

/// The thread that reads a file of objects again when it has changed.
struct ObjectsLoop: Sendable {
    private var file: FollowedFile
    private let changes: Mailbox<ClusterChange>
    /// Closed when the loop is to end.
    private let stopping: Mailbox<Void>
    private let clock: SteadyClock
    private let logger: Logger

    /// How often the file is looked at.
    private static let rhythm = Duration.seconds(1)

    /// - Throws: what is wrong with the file as it is at the start.
    init(
        path: String, to changes: Mailbox<ClusterChange>, until stopping: Mailbox<Void>, clock: SteadyClock, logger: Logger
    ) throws(ObjectsFileError) {
        file = FollowedFile(path)
        self.changes = changes
        self.stopping = stopping
        self.clock = clock
        self.logger = logger
        _ = file.hasChanged()
        try read()
    }

    mutating func run() {
        while case .timedOut = stopping.take(timeout: Self.rhythm) {
            guard file.hasChanged() else { continue }
            do throws(ObjectsFileError) {
                try read()
            } catch {
                logger.error("objects not read, going on with those of before", metadata: ["cause": "\(error)"])
            }
        }
    }

    private func read() throws(ObjectsFileError) {
        let now = clock.now
        let objects = try ObjectsFile(path: file.path, at: now)
        logger.info(
            "objects read",
            metadata: [
                "pods": "\(objects.objects.pods.count)", "services": "\(objects.objects.services.count)",
                "nodes": "\(objects.objects.nodes.count)", "skipped": "\(objects.skipped)",
            ])
        for change in objects.changes(at: now) where !changes.put(change) { return }
    }
}
