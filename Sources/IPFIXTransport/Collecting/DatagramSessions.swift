// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// The UDP peers of one socket, with the Messages of the present reading sorted by peer.
struct DatagramSessions {
    private struct Entry {
        let session: TransportSession
        var lastHeard: Timestamp
        var waiting: [[UInt8]]
    }

    private var entries: [DatagramPeer: Entry] = [:]
    /// The peers with waiting Messages, in the order in which they first spoke.
    private var speakers: [DatagramPeer] = []

    /// Keeps a Message until `takeBatches`; a new peer gets a session from `opening`, and is dropped when that is nil.
    mutating func append(
        _ message: [UInt8], from peer: DatagramPeer, at now: Timestamp, opening: (DatagramPeer) -> TransportSession?
    ) {
        guard let index = entries.index(forKey: peer) else {
            guard let session = opening(peer) else { return }
            entries[peer] = Entry(session: session, lastHeard: now, waiting: [message])
            speakers.append(peer)
            return
        }
        if entries.values[index].waiting.isEmpty { speakers.append(peer) }
        entries.values[index].lastHeard = now
        entries.values[index].waiting.append(message)
    }

    /// Every Message since the last call, one batch a session.
    mutating func takeBatches() -> [(session: TransportSession, messages: [[UInt8]])] {
        var batches: [(session: TransportSession, messages: [[UInt8]])] = []
        batches.reserveCapacity(speakers.count)
        for peer in speakers {
            guard let index = entries.index(forKey: peer) else { continue }
            batches.append((entries.values[index].session, entries.values[index].waiting))
            entries.values[index].waiting = []
        }
        speakers.removeAll(keepingCapacity: true)
        return batches
    }

    /// Forgets the sessions that were silent for longer than `idleTime`, in the order of their ids. No Message may wait.
    mutating func expire(at now: Timestamp, idleTime: Duration) -> [TransportSession] {
        remove { now - $0.lastHeard > idleTime }
    }

    mutating func removeAll() -> [TransportSession] {
        remove { _ in true }
    }

    private mutating func remove(where isOver: (Entry) -> Bool) -> [TransportSession] {
        let over = entries.filter { isOver($0.value) }
        for peer in over.keys { entries.removeValue(forKey: peer) }
        return over.values.map(\.session).sorted { $0.id < $1.id }
    }
}
