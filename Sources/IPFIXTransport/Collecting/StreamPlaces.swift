// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore

/// The places for connections, of which there are so many only.
///
/// Who has brought a whole message keeps its place. When all are taken, one that has brought none gives its to the newest, the oldest such
/// first: so whoever opens connections and says nothing, or says it slowly, displaces only others that do the same.
final class StreamPlaces: Sendable {
    private struct Places {
        var connected: [ObjectIdentifier: any Channel] = [:]
        /// Those that have proved nothing, oldest first.
        var unproven: [ObjectIdentifier] = []
    }

    private let capacity: Int
    private let places = NIOLockedValueBox(Places())

    init(capacity: Int) {
        self.capacity = capacity
    }

    var channels: [any Channel] { places.withLockedValue { Array($0.connected.values) } }

    /// On the loop of all connections, so that whoever is displaced is gone when this returns.
    func give(to channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let displaced = places.withLockedValue { places -> (any Channel)? in
            let isFull = places.connected.count >= capacity
            let oldest = isFull && !places.unproven.isEmpty ? places.connected.removeValue(forKey: places.unproven.removeFirst()) : nil
            places.connected[id] = channel
            places.unproven.append(id)
            return oldest
        }
        channel.closeFuture.whenComplete { [weak self] _ in self?.takeBack(id) }
        displaced?.pipeline.fireUserInboundEventTriggered(StreamSessionHandler.Displaced())
    }

    /// The connection has brought a whole message.
    func prove(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        places.withLockedValue { $0.unproven.removeAll { $0 == id } }
    }

    private func takeBack(_ id: ObjectIdentifier) {
        places.withLockedValue {
            $0.connected[id] = nil
            $0.unproven.removeAll { $0 == id }
        }
    }
}
