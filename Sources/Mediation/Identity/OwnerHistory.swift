// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// To whom an address may belong.
protocol AddressOwner: Sendable {
    func isSame(as other: Self) -> Bool
    /// Adds what the other says of the same owner; takes nothing away.
    mutating func complete(with other: Self)
}

/// Who owned one address, one after another, from what different observers say of it and when.
///
/// Nobody tells the moment at which an address moves. What is known are bounds, and the moment is concluded when it is asked for, so
/// that it does not depend on the order in which they were told:
///
/// ```
///   A  ├ from ················ lastSeen ······ released ┤
///   B                     ├ from ··························· knownBy ┤ ·······
///                                              ▲ the address moves: as late as A is known to have it, in B's bounds
/// ```
struct OwnerHistory<Owner: AddressOwner>: Sendable {
    private struct Claim: Sendable {
        var owner: Owner
        /// It cannot have begun before: the pod was created then, or its node saw it then.
        var from: Timestamp
        /// It had begun by then.
        var knownBy: Timestamp
        /// The last time for which its node says so.
        var lastSeen: Timestamp?
        /// It was over by then.
        var released: Timestamp?
        /// Whether the cluster says so, and will say when it is over; else only records of nodes do.
        var isAssigned = false
    }

    /// Owners kept; beyond that the oldest is forgotten.
    static var limit: Int { 8 }
    /// How long before and after the times for which a node told of it an owner is taken to have the address, where the cluster does not
    /// say: nobody tells when it is over.
    static var wordHolds: Duration { .seconds(3600) }
    /// How long before the cluster's word of the first owner the address is taken for its already: clocks differ.
    static var leeway: Duration { .seconds(30) }
    /// How much earlier than the cluster a node may put the beginning of an owner, by the difference of their clocks.
    static var clockTolerance: Duration { .seconds(10) }

    /// By `from`.
    private var claims: [Claim] = []

    /// When the address was given free; nil while it is somebody's.
    var released: Timestamp? { claims.last?.released }

    /// Whether nobody is known to have the address at a time, or to get it later.
    func isOver(at time: Timestamp) -> Bool {
        guard let last = claims.last else { return true }
        if let released = last.released { return released <= time }
        return !last.isAssigned && time - (last.lastSeen ?? last.from) > Self.wordHolds
    }

    /// The owner at a time; nil when nobody is known to have had the address then.
    ///
    /// A little before the first owner that one is the best there is: its beginning is when it was first heard of.
    func owner(at time: Timestamp) -> Owner? {
        guard let index = claims.indices.last(where: { beginning(of: $0) <= time }) else {
            guard let first = claims.first else { return nil }
            return first.from - time <= (first.isAssigned ? Self.leeway : Self.wordHolds) ? first.owner : nil
        }
        let claim = claims[index]
        if let released = claim.released, released <= time { return nil }
        if !claim.isAssigned, time - (claim.lastSeen ?? claim.from) > Self.wordHolds { return nil }
        return claim.owner
    }

    /// Whether an owner cannot have had the address at a time, as the cluster began it later than clocks differ: who says so has forgotten
    /// who had it before.
    func isTooEarly(_ owner: Owner, at time: Timestamp) -> Bool {
        guard let first = claims.first(where: { $0.isAssigned && $0.owner.isSame(as: owner) }) else { return false }
        return first.from - time > Self.clockTolerance
    }

    private func beginning(of index: Int) -> Timestamp {
        let claim = claims[index]
        guard index > 0 else { return claim.from }
        let earlier = claims[index - 1]
        guard let last = earlier.released ?? earlier.lastSeen else { return claim.from }
        return min(max(claim.from, last), max(claim.from, claim.knownBy))
    }

    /// The cluster says that the address is an owner's.
    ///
    /// - Parameters:
    ///   - from: no later than when it became so.
    ///   - knownBy: when that was read.
    mutating func assign(_ owner: Owner, from: Timestamp, knownBy: Timestamp) {
        if let index = claims.lastIndex(where: { $0.owner.isSame(as: owner) && $0.released == nil }) {
            claims[index].owner.complete(with: owner)
            claims[index].knownBy = min(claims[index].knownBy, knownBy)
            claims[index].isAssigned = true
            if from < claims[index].from { move(index, to: from) }
        } else {
            insert(Claim(owner: owner, from: from, knownBy: knownBy, isAssigned: true))
        }
    }

    /// The node of an owner says that it had the address at a time.
    ///
    /// A node is the authority for what it hosts, but its clock is its own: an owner that the cluster has seen end does not come back by it,
    /// nor does one begin by it long before the cluster had it.
    mutating func observe(_ owner: Owner, at time: Timestamp) {
        guard let index = claims.lastIndex(where: { $0.owner.isSame(as: owner) }) else {
            insert(Claim(owner: owner, from: time, knownBy: time, lastSeen: time))
            return
        }
        claims[index].owner.complete(with: owner)
        if let released = claims[index].released, released <= time { return }
        if claims[index].isAssigned, claims[index].from - time > Self.clockTolerance { return }
        if claims[(index + 1)...].contains(where: { $0.knownBy < time }) {
            insert(Claim(owner: owner, from: time, knownBy: time, lastSeen: time))
            return
        }
        claims[index].lastSeen = max(claims[index].lastSeen ?? time, time)
        claims[index].knownBy = min(claims[index].knownBy, time)
        if time < claims[index].from { move(index, to: time) }
    }

    /// The owner no longer has the address; does nothing when it is not known to have it.
    mutating func release(_ owner: Owner, at time: Timestamp) {
        guard let index = claims.lastIndex(where: { $0.owner.isSame(as: owner) && $0.released == nil }) else { return }
        claims[index].released = max(time, claims[index].from)
    }

    private mutating func move(_ index: Int, to from: Timestamp) {
        var claim = claims.remove(at: index)
        claim.from = from
        insert(claim)
    }

    private mutating func insert(_ claim: Claim) {
        let index = claims.firstIndex { ($0.from, $0.knownBy) > (claim.from, claim.knownBy) } ?? claims.endIndex
        claims.insert(claim, at: index)
        if claims.count > Self.limit { claims.removeFirst() }
    }
}
