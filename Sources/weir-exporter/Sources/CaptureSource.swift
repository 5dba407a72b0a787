// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Logging
import Metering
import PacketCapture

/// The packets of an interface, metered into connections on a thread of their own.
///
/// A poll hands over what goes on, and what ended since the last one. A capture that ended because its interface went is begun again by
/// the next poll, if the program still has the right to.
final class CaptureSource: ConnectionSource {
    let name: String

    private let interface: String
    private let options: LiveCapture.Options
    private let shared: CaptureThread
    private let counters: NodeCounters
    private let logger: Logger
    /// Opened, and not read yet: a thread that is started before privileges are given up would keep them.
    private var opened: LiveCaptureBox?
    private var thread: PlainThread?
    private var told = LiveCapture.Counts.none
    private var untold: UInt64 = 0

    /// Opens the interface; nothing later needs a privilege.
    init(
        interface: String, _ options: LiveCapture.Options, _ meter: PacketMeter.Configuration, clock: SteadyClock, counters: NodeCounters,
        logger: Logger
    ) throws {
        name = "pcap:\(interface)"
        self.interface = interface
        self.options = options
        self.counters = counters
        self.logger = logger
        shared = CaptureThread(meter, clock: clock)
        opened = try open()
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        let clock = ContinuousClock()
        let began = clock.now
        if let failure = shared.takeFailure() {
            thread?.join()
            thread = nil
            throw failure
        }
        if thread == nil { try begin() }
        let (connections, statistics, counts) = shared.takeConnections()
        for connection in connections { take(connection) }
        noteLosses(counts)
        let lostEnds = statistics.endsUntold - untold
        untold = statistics.endsUntold
        if lostEnds > 0 {
            logger.warning("connections ended faster than they are read; shorten --poll-interval", metadata: ["ends": "\(lostEnds)"])
        }
        return SourceReading(isWhole: true, duration: clock.now - began)
    }

    func stop() {
        shared.stop()
        thread?.join()
        thread = nil
        logger.info("captured", metadata: shared.statistics.metadata)
    }

    private func begin() throws {
        let box = try opened ?? open()
        opened = nil
        told = .none
        thread = try PlainThread("capture") { [shared] in shared.run(box) }
    }

    private func open() throws -> LiveCaptureBox { LiveCaptureBox(try LiveCapture(interface: interface, options)) }

    private func noteLosses(_ counts: LiveCapture.Counts) {
        let lost = counts.dropped &- told.dropped, lostBefore = counts.droppedByInterface &- told.droppedByInterface
        told = counts
        counters.add(UInt64(lost) + UInt64(lostBefore), to: .captureLost)
        guard lost > 0 || lostBefore > 0 else { return }
        logger.warning(
            "packets were not captured, and are missing from the counters; raise --capture-buffer, or narrow --capture-filter",
            metadata: ["source": "\(name)", "by the kernel": "\(lost)", "by the interface": "\(lostBefore)"])
    }
}
