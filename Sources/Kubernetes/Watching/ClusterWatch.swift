// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Logging
public import Mediation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// Follows the pods, Services and nodes of a cluster through its API server.
///
/// Needs to get, list and watch these kinds in all namespaces, and no more. While the server is away, or refuses, it is asked again with
/// growing pauses, which is logged and counted; what was known stays. Of an object only what flow records need is kept.
public final class ClusterWatch: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let watchers: NIOLoopBoundBox<[ResourceWatcher]>
    private let counts: [ClusterKind: NIOLockedValueBox<WatchStatistics>]

    /// - Parameters:
    ///   - clock: the present time; objects are taken to be as read at that time.
    ///   - deliver: takes each change, in the order of its kind, on a thread of this object. It may block: then nothing is read from the server
    ///     meanwhile. False ends the watch.
    public init(
        _ server: APIServer, userAgent: String, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
        deliver: @escaping @Sendable (ClusterChange) -> Bool
    ) {
        let environment = ResourceWatcher.Environment(
            server: server, clock: clock, logger: logger, deliver: deliver, userAgent: userAgent)
        let counts = Dictionary(uniqueKeysWithValues: ClusterKind.allCases.map { ($0, NIOLockedValueBox(WatchStatistics())) })
        let loop = group.next()
        self.counts = counts
        watchers = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: loop)
        let watchers = watchers
        loop.execute {
            watchers.value = ClusterKind.allCases.compactMap { kind in
                counts[kind].map { ResourceWatcher(kind, environment, on: loop, statistics: $0) }
            }
            for watcher in watchers.value { watcher.next() }
        }
    }

    /// Ends all watches. Waits for `deliver` while it blocks; make it return first.
    public func stop() {
        let watchers = watchers
        group.next().execute {
            for watcher in watchers.value { watcher.stop() }
            watchers.value = []
        }
        // The loop ends with its thread; an error could only say that it has ended already.
        try? group.syncShutdownGracefully()
    }

    /// What has come of each kind.
    public var statistics: [ClusterKind: WatchStatistics] { counts.mapValues { $0.withLockedValue { $0 } } }

    /// Whether every kind has been listed completely.
    public var isSynchronized: Bool { statistics.values.allSatisfy(\.isSynchronized) }
}
