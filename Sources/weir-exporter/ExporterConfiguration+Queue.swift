// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIXTransport
import Logging

extension ExporterConfiguration {
    /// The queue of a collector, with what an earlier program left for it in its spool.
    func queue(for collector: Endpoint, clock: SteadyClock, logger: Logger) throws(SpoolError) -> ExportQueue {
        var keeping = sending.keeping
        if isOnce { keeping.spoolDirectory = nil }
        return try keeping.queue(
            for: collector, templates: templateBodies(for: collector), observationDomainID: observationDomainID, clock: { clock.now },
            logger: logger)
    }
}
