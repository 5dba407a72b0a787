// SPDX-License-Identifier: Apache-2.0

import Metering

/// Where connections are told of as they come, change and go. Used by one thread, which is the watcher's own.
///
/// A watcher belongs to a ``ConnectionSource`` of the same name: the poll finds what events do not tell, and repairs what they lost.
protocol ConnectionWatcher: AnyObject {
    var name: String { get }

    /// Hands over events in the order in which they came, until told to stop.
    ///
    /// - Parameters:
    ///   - stop: asked at least every second.
    ///   - deliver: waits while the metering is behind, so that what cannot be taken in is lost in the kernel, and told by it.
    func watch(stop: () -> Bool, deliver: (WatchedEvents) -> Void)
}

/// A batch of events.
struct WatchedEvents: Sendable, Hashable {
    /// At most 1,024, oldest first; may be empty.
    var events: [ConnectionEvent] = []
    /// Whether others before these were lost: the source is polled at once.
    var wereLost = false
}
