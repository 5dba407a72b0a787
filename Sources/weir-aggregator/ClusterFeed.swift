// SPDX-License-Identifier: Apache-2.0

import Daemon
import Kubernetes
import Logging
import Mediation

/// Where the cluster's objects are read.
enum ClusterSource: Sendable, Hashable {
    case file(String)
    case server(ClusterAccess)
}

/// What reads the cluster's objects, and the mailbox in which the mediation thread finds news of them.
///
/// While the mailbox is full the source waits: nothing of the cluster is lost, and no record is held up.
final class ClusterFeed: Sendable {
    let changes = Mailbox<ClusterChange>(capacity: 256)

    private let stopping = Mailbox<Void>(capacity: 1)
    private let reading: PlainThread?
    private let watch: ClusterWatch?
    private let logger: Logger

    /// Begins. A file of objects has been read once when this returns; a server need not be there yet.
    init(_ source: ClusterSource?, clock: SteadyClock, logger: Logger) throws {
        self.logger = logger
        let changes = changes
        switch source {
        case nil: (reading, watch) = (nil, nil)
        case .file(let path):
            let first = try ObjectsLoop(path: path, to: changes, until: stopping, clock: clock, logger: logger)
            reading = try PlainThread("objects") {
                var loop = first
                loop.run()
            }
            watch = nil
        case .server(let access):
            reading = nil
            watch = ClusterWatch(
                try access.server(), userAgent: "weir-aggregator", clock: { clock.now }, logger: logger, deliver: { changes.put($0) })
        }
    }

    /// Waits until the source has ended. What it has told can still be taken.
    func stop() {
        changes.close()
        stopping.close()
        reading?.join()
        guard let watch else { return }
        watch.stop()
        for (kind, statistics) in watch.statistics.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            logger.info(
                "cluster followed",
                metadata: [
                    "kind": "\(kind)", "lists": "\(statistics.lists)", "watches": "\(statistics.watches)", "events": "\(statistics.events)",
                    "skipped": "\(statistics.skipped)", "expired": "\(statistics.expired)", "refused": "\(statistics.refusals)",
                    "connections failed": "\(statistics.connectionFailures)", "malformed": "\(statistics.malformedAnswers)",
                ])
        }
    }
}
