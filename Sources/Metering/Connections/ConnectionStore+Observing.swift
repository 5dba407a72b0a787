// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension ConnectionStore {
    /// Takes one observation.
    ///
    /// - Parameter kind: nil for an entry of a poll.
    mutating func observe(
        _ connection: Connection, _ kind: ConnectionEvent.Kind?, found: Found, from source: SourceID, at now: Moment
    ) -> Effect {
        guard let latest = found.latest else { return insert(connection, kind, found, from: source, at: now) }
        if connections[latest].source != source {
            guard connections[latest].isClosed else { return Effect(outcome: .ofAnotherSource) }
            return replace(found, by: connection, kind, from: source, at: now)
        }
        if connections[latest].isContinued(by: connection) {
            guard connections[latest].isClosed else {
                return update(latest, kind == .new ? connection.withoutState : connection, kind, at: now)
            }
            return observeEnded(found, connection, kind, at: now)
        }
        // The same id may come again: word of a beginning is of a connection of before only if the poll of late has shown it.
        if let past = found.past, kind != .new || connections[past].pollNumber + Self.lingeringPolls >= poll(of: source).number {
            return observePast(past, latest, connection, kind, at: now)
        }
        if kind == .destroyed { return insertEnded(connection, found, from: source, at: now) }
        // A poll had read it before it went, and word of its end was lost or is still to come.
        if connections[latest].isAfter(connection) { return insertEnded(connection, found, from: source, at: now) }
        return replace(found, by: connection, kind, from: source, at: now)
    }

    /// An observation of the connection that another seemed to have replaced.
    private mutating func observePast(
        _ past: UInt32, _ latest: UInt32, _ connection: Connection, _ kind: ConnectionEvent.Kind?, at now: Moment
    ) -> Effect {
        if kind == .destroyed { return update(past, connection, kind, at: now) }
        let ending = connections[past].ending
        guard ending == .replaced || ending == .missing else { return Effect(outcome: .stale) }
        if kind == .updated || connections[latest].isAfter(connection) { return update(past, connection, kind, at: now) }
        // A poll had shown it before word of an earlier one came. It is there, so it is the latest.
        let wasOpen = !connections[latest].isClosed
        guard wasOpen || openCount < capacity else { return Effect(outcome: .full) }
        if wasOpen { close(latest, .replaced, at: now) }
        connections[latest].role = .past
        connections[past].role = .latest
        reopen(past)
        var effect = update(past, connection, kind, at: now)
        if wasOpen { effect.ended = latest }
        return effect
    }

    /// An observation of a connection that is over already.
    private mutating func observeEnded(_ found: Found, _ connection: Connection, _ kind: ConnectionEvent.Kind?, at now: Moment) -> Effect {
        guard let latest = found.latest else { return Effect(outcome: .stale) }
        let known = connections[latest]
        if kind == .destroyed { return update(latest, connection, kind, at: now) }
        switch known.ending {
        case .evicted:
            return Effect(outcome: .full)
        case .missing:
            guard openCount < capacity else { return Effect(outcome: .full) }
            reopen(latest)
            return update(latest, connection, kind, at: now)
        case .destroyed, .replaced, .none:
            // The same start would be the same connection, and events come in order: this was read before it went.
            let isSame = connection.start != nil && connection.start == known.connection.start
            let mayBeRacing = kind == nil && known.endPollNumber == poll(of: known.source).number
            if isSame || mayBeRacing || kind == .updated { return Effect(outcome: .stale) }
            return replace(found, by: connection, kind, from: known.source, at: now)
        }
    }

    private mutating func update(_ slot: UInt32, _ connection: Connection, _ kind: ConnectionEvent.Kind?, at now: Moment) -> Effect {
        let before = bases.isEmpty ? nil : bases[slot]
        var base = before
        let lastActive = connections[slot].lastActive
        connections[slot].update(connection, at: now, pollNumber: poll(of: connections[slot].source).number, base: &base)
        if base != before { bases[slot] = base }
        if connections[slot].isClosed {
            if kind == .destroyed { connections[slot].confirmDestroyed() }
        } else {
            if connections[slot].lastActive != lastActive { idleOrder.moveToEnd(slot) }
            if kind == .destroyed { close(slot, .destroyed, at: now) }
        }
        return Effect(outcome: .updated, slot: slot)
    }

    /// The latest of a key becomes a past one; the oldest of too many can no longer be found.
    private mutating func replace(
        _ found: Found, by connection: Connection, _ kind: ConnectionEvent.Kind?, from source: SourceID, at now: Moment
    ) -> Effect {
        guard let latest = found.latest else { return insert(connection, kind, found, from: source, at: now) }
        if kind != .destroyed, connections[latest].isClosed, openCount >= capacity, !canEvict(for: connection, kind, at: now) {
            return refuse()
        }
        limitPasts(found)
        connections[latest].role = .past
        let wasOpen = !connections[latest].isClosed
        if wasOpen { close(latest, .replaced, at: now) }
        var effect = insert(connection, kind, Found(), from: source, at: now)
        if wasOpen { effect.ended = latest }
        return effect
    }

    private mutating func limitPasts(_ found: Found) {
        guard found.pastCount >= Self.pastsPerKey, let oldest = found.oldestPast else { return }
        index.remove(oldest, hash: connections[oldest].connection.keyHash(seed: seed))
        connections[oldest].role = .unfound
    }

    private mutating func insert(
        _ connection: Connection, _ kind: ConnectionEvent.Kind?, _ found: Found, from source: SourceID, at now: Moment
    ) -> Effect {
        if kind == .destroyed { return insertEnded(connection, found, from: source, at: now) }
        var effect = Effect(outcome: .inserted)
        if openCount >= capacity {
            guard canEvict(for: connection, kind, at: now), let oldest = idleOrder.first else { return refuse() }
            close(oldest, .evicted, at: now)
            hasForgotten = true
            effect.ended = oldest
            effect.wasEvicted = true
        }
        let slot = place(connection, from: source, at: now)
        index.insert(slot, hash: connection.keyHash(seed: seed))
        idleOrder.append(slot)
        openCount += 1
        effect.slot = slot
        return effect
    }

    /// One whose beginning was not told. A poll may still have read it before it went, so it is remembered like others.
    private mutating func insertEnded(_ connection: Connection, _ found: Found, from source: SourceID, at now: Moment) -> Effect {
        let slot = place(connection, from: source, at: now)
        if let latest = found.latest {
            limitPasts(found)
            // Ends come in order: this one came after the latest if that has ended, and before it if it is there still.
            let older = connections[latest].isClosed ? latest : slot
            connections[older].role = .past
        }
        index.insert(slot, hash: connection.keyHash(seed: seed))
        openCount += 1
        idleOrder.append(slot)
        close(slot, .destroyed, at: now)
        return Effect(outcome: .inserted, slot: slot)
    }

    private mutating func refuse() -> Effect {
        hasForgotten = true
        return Effect(outcome: .full)
    }

    /// Only one that has begun just now may take the place of an idle one. Others may have been evicted before, and would evict each other
    /// poll after poll.
    private func canEvict(for connection: Connection, _ kind: ConnectionEvent.Kind?, at now: Moment) -> Bool {
        guard kind == .new || connection.start.map({ now.wall - $0 < idleTimeout }) ?? false, let oldest = idleOrder.first else {
            return false
        }
        return now.steady - connections[oldest].lastActive >= idleTimeout
    }

    /// Whether a connection that is unknown was known once: it is older than a poll that would have shown it.
    func wasForgotten(_ connection: Connection, from source: SourceID) -> Bool {
        guard hasForgotten, let start = connection.start, let began = poll(of: source).previousBegan else { return false }
        return start < began
    }
}

extension Connection {
    /// Word of a beginning that comes after a poll has shown the connection tells an older state of it.
    fileprivate var withoutState: Connection {
        var connection = self
        connection.tcpState = nil
        connection.timeoutSeconds = nil
        return connection
    }
}
