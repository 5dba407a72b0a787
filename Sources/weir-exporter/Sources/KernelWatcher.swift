// SPDX-License-Identifier: Apache-2.0

import Conntrack
import FlowModel
import Glibc
import Logging
import Metering

/// The events of the kernel's connection tracking in one network namespace.
final class KernelWatcher: ConnectionWatcher {
    let name = "conntrack"

    private static let batch = 1024
    /// Events that come within this time are handed over together: fifty wake-ups a second are enough.
    private static let gatheringMicroseconds: UInt32 = 20_000
    private static let pauseAfterErrorMicroseconds: UInt32 = 500_000

    private var listener: KernelConntrackEvents
    private let counters: NodeCounters
    private let logger: Logger

    /// Subscribes. Connections that began before may end untold.
    ///
    /// - Parameters:
    ///   - zones: those to meter; none meters all.
    ///   - namespace: a name of /run/netns or a path; nil is the one the program runs in.
    init(zones: Set<UInt16>, namespace: String? = nil, counters: NodeCounters, logger: Logger) throws(ConntrackError) {
        let zones = zones.isEmpty ? nil : zones.sorted()
        listener = try KernelSource.inside(namespace) { () throws(ConntrackError) in try KernelConntrackEvents(zones: zones) }
        self.counters = counters
        self.logger = logger
        guard listener.receiveBuffer < KernelConntrackEvents.defaultReceiveBuffer else { return }
        logger.warning(
            "a small receive buffer for events: bursts will be lost; grant CAP_NET_ADMIN or raise net.core.rmem_max",
            metadata: ["octets": "\(listener.receiveBuffer)", "wanted": "\(KernelConntrackEvents.defaultReceiveBuffer)"])
    }

    func watch(stop: () -> Bool, deliver: (WatchedEvents) -> Void) {
        while !stop() {
            var watched = WatchedEvents()
            watched.events.reserveCapacity(Self.batch)
            do throws(ConntrackError) {
                watched.wereLost = try listener.read(upTo: Self.batch, into: &watched.events)
            } catch {
                watched.wereLost = true
                logger.warning("events not read, trying again", metadata: ["cause": "\(error)"])
                usleep(Self.pauseAfterErrorMicroseconds)
            }
            counters.set(.eventsLost, listener.statistics.lost)
            if watched.wereLost {
                let lost = listener.statistics.lost
                logger.debug("events were lost, polling instead", metadata: ["lost since the start": "\(lost)"])
            }
            let isFull = watched.events.count >= Self.batch
            if !watched.events.isEmpty || watched.wereLost { deliver(watched) }
            if !watched.events.isEmpty, !isFull { usleep(Self.gatheringMicroseconds) }
        }
    }
}
