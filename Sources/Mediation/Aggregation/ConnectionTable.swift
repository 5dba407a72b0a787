// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Connections by key and by place. Those of one key form a chain, the newest first; a place stays a connection's until it is removed.
struct ConnectionTable: Sendable {
    var wheel = DeadlineWheel()

    private var newest: [ConnectionKey: UInt32] = [:]
    private var slab: [MediatedConnection?] = []
    private var free: [UInt32] = []
    private var hand = -1
    private var nextConnection: Int64

    init(firstConnection: Int64) {
        nextConnection = firstConnection
    }

    var count: Int { slab.count - free.count }

    var places: [UInt32] { slab.indices.filter { slab[$0] != nil }.map { UInt32($0) } }

    /// Goes round the places, so that each connection has its time before room is made of it.
    mutating func nextPlace() -> UInt32? {
        guard count > 0 else { return nil }
        repeat { hand = hand + 1 < slab.count ? hand + 1 : 0 } while slab[hand] == nil
        return UInt32(hand)
    }

    /// The place must hold a connection.
    subscript(place: UInt32) -> MediatedConnection {
        get { slab[Int(place)]! }
        _modify { yield &slab[Int(place)]! }
    }

    func isScheduled(_ place: UInt32, _ slot: Int64) -> Bool { slab[Int(place)].map { $0.slot == slot } ?? false }

    /// The nearest of a key's connections; `distance` is nil for those that are none of it.
    func find(_ key: ConnectionKey, by distance: (MediatedConnection) -> Duration?) -> UInt32? {
        var nearest: (place: UInt32, distance: Duration)?
        var next = newest[key]
        while let place = next {
            if let distance = distance(self[place]), distance < nearest?.distance ?? .seconds(Int64.max) { nearest = (place, distance) }
            next = self[place].older
        }
        return nearest?.place
    }

    mutating func insert(
        _ key: ConnectionKey, first flow: FlowRecord, from side: ObservingSide, isResumed: Bool = false, at now: Timestamp
    ) -> UInt32 {
        let connection = MediatedConnection(id: nextConnection, key: key, first: flow, from: side, isResumed: isResumed, at: now)
        nextConnection += 1
        return insert(connection)
    }

    mutating func insert(_ connection: MediatedConnection) -> UInt32 {
        var connection = connection
        connection.older = newest[connection.key]
        let place: UInt32
        if let reused = free.popLast() {
            place = reused
            slab[Int(place)] = connection
        } else {
            place = UInt32(slab.count)
            slab.append(connection)
        }
        newest[connection.key] = place
        return place
    }

    mutating func schedule(_ place: UInt32, at time: Timestamp, now: Timestamp) {
        self[place].slot = wheel.schedule(place, at: time, now: now)
    }

    mutating func remove(_ place: UInt32) {
        let connection = self[place]
        if newest[connection.key] == place {
            newest[connection.key] = connection.older
        } else {
            unlink(place, from: connection.key)
        }
        slab[Int(place)] = nil
        free.append(place)
    }

    private mutating func unlink(_ place: UInt32, from key: ConnectionKey) {
        var next = newest[key]
        while let newer = next {
            next = self[newer].older
            if next == place {
                self[newer].older = self[place].older
                return
            }
        }
    }
}
