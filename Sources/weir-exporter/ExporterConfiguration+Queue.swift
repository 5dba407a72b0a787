// SPDX-License-Identifier: Apache-2.0

public import CommandEntry
import Daemon
import FlowModel
public import IPFIXTransport
import Logging

extension ExporterConfiguration {
    /// The queue of a collector, with what an earlier program left for it in its spool.
    func queue(for collector: Endpoint, clock: SteadyClock, logger: Logger) throws(SpoolError) -> ExportQueue {
        // Over UDP nobody tells what has arrived; what is lost there the sequence numbers tell.
        let window = collector.transport == .udp ? .zero : sending.resendWindow
        guard !isOnce, let directory = sending.spoolDirectory(for: collector) else { return ExportQueue(resendWindow: window) }
        let spool = try Spool(
            directory: directory, limit: sending.spoolLimit, templates: templateBodies(for: collector),
            observationDomainID: observationDomainID, clock: { clock.now })
        let found = spool.statistics.found, damaged = spool.statistics.damaged
        if found.messages > 0 || spool.statistics.damages > 0 {
            logger.notice(
                "records of an earlier run found in the spool",
                metadata: [
                    "directory": "\(directory)", "records": "\(found.records - damaged.records)", "damaged": "\(damaged.records)",
                    "damages": "\(spool.statistics.damages)",
                ])
        }
        return ExportQueue(resendWindow: window, spool: spool) { $0.log(logger, collector: collector) }
    }
}

/// A spool that cannot be used stops the program before it has begun.
extension SpoolError: CannotStart {}
