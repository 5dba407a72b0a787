// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Logging

/// What an ``ExportQueue`` keeps beyond what memory holds, and beyond the session.
public struct ExportKeeping: Sendable {
    /// Below it each collector has a directory of its own; nil where nothing is kept on disk.
    public var spoolDirectory: String?
    /// The most that is kept on disk for each collector, in octets.
    public var spoolLimit: Int
    /// What was acknowledged less than this long ago is sent again when a session is lost.
    public var resendWindow: Duration

    public init(spoolDirectory: String? = nil, spoolLimit: Int = 256 << 20, resendWindow: Duration = .seconds(30)) {
        self.spoolDirectory = spoolDirectory
        self.spoolLimit = spoolLimit
        self.resendWindow = resendWindow
    }

    /// A collector's own directory: its transport, host and port, with nothing but letters, digits, points and dashes.
    public func spoolDirectory(for collector: Endpoint) -> String? {
        let name = String(collector.description.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "_" })
        return spoolDirectory.map { "\($0)/\(name)" }
    }

    /// The queue of a collector, with what an earlier program left for it in its spool.
    ///
    /// - Parameters:
    ///   - templates: the bodies of the messages that open a session; a segment of the spool begins with them too.
    ///   - observationDomainID: of the messages in the spool.
    public func queue(
        for collector: Endpoint, templates: [[UInt8]], observationDomainID: UInt32, clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) throws(SpoolError) -> ExportQueue {
        // Over UDP nobody tells what has arrived; what is lost there the sequence numbers tell.
        let window = collector.transport == .udp ? .zero : resendWindow
        guard let directory = spoolDirectory(for: collector) else { return ExportQueue(resendWindow: window) }
        let spool = try Spool(
            directory: directory, limit: spoolLimit, templates: templates, observationDomainID: observationDomainID, clock: clock)
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
