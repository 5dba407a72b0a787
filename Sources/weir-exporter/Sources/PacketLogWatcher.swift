// SPDX-License-Identifier: Apache-2.0

import Conntrack
import FlowModel
import Glibc
import IPFIX
import Logging
import Metering

/// Denied connections from a group of the kernel's packet log. Used by one thread, which is the watcher's own.
final class PacketLogWatcher {
    private static let datagramsAtOnce = 64
    private static let leastPause = Duration.seconds(60)
    private static let pauseAfterErrorMicroseconds: UInt32 = 500_000

    private var log: KernelPacketLog
    private let group: UInt16
    private let counters: NodeCounters
    private let logger: Logger
    private let clock = ContinuousClock()
    /// Of what was left out, as far as it has been counted.
    private var counted: UInt64 = 0
    private var said: (at: ContinuousClock.Instant, unseen: UInt64)?

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - packetsPerSecond: how many packets are taken at most.
    ///   - namespace: a name of /run/netns or a path; nil is the one the program runs in.
    init(
        group: UInt16, packetsPerSecond: Int = KernelPacketLog.defaultPacketsPerSecond, namespace: String? = nil, counters: NodeCounters,
        logger: Logger
    ) throws(ConntrackError) {
        log = try KernelSource.inside(namespace) { () throws(ConntrackError) in
            try KernelPacketLog(group: group, packetsPerSecond: packetsPerSecond)
        }
        self.group = group
        self.counters = counters
        self.logger = logger
    }

    /// Hands over packets that rules refused, until told to stop.
    ///
    /// - Parameters:
    ///   - stop: asked at least every second.
    ///   - now: asked once for each datagram.
    func watch(stop: () -> Bool, now: () -> Timestamp, deliver: (DeniedConnection) -> Void) {
        var denied: [DeniedConnection] = []
        while !stop() {
            do throws(ConntrackError) {
                try log.read(upTo: Self.datagramsAtOnce, at: now, into: &denied)
            } catch {
                logger.warning("packet log not read, trying again", metadata: ["group": "\(group)", "cause": "\(error)"])
                usleep(Self.pauseAfterErrorMicroseconds)
            }
            denied.forEach(deliver)
            denied.removeAll(keepingCapacity: true)
            sayUnseen()
        }
    }

    /// At most once a minute.
    private func sayUnseen() {
        let statistics = log.statistics
        let rejected = statistics.rejected.values.reduce(0, +)
        let unseen = statistics.overRate + statistics.lost + UInt64(rejected)
        counters.add(unseen - counted, to: .deniedExcess)
        counted = unseen
        let now = clock.now
        guard unseen > said?.unseen ?? 0, said.map({ now - $0.at >= Self.leastPause }) ?? true else { return }
        said = (now, unseen)
        logger.warning(
            "denied packets left out",
            metadata: [
                "group": "\(group)", "over the rate": "\(statistics.overRate)", "lost": "\(statistics.lost)",
                "not understood": "\(rejected)",
            ])
    }
}
