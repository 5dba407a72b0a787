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
    }

    /// Owners kept; beyond that the oldest is forgotten.
    static var limit: Int { 8 }

    /// By `from`.
    private var claims: [Claim] = []

    /// When the address was given free; nil while it is somebody's.
    var released: Timestamp? { claims.last?.released }

    /// The owner at a time; nil when nobody is known to have had the address then.
    ///
    /// Before the first owner that one is the best there is: its beginning is when it was first heard of.
    func owner(at time: Timestamp) -> Owner? {
        guard let index = claims.indices.last(where: { beginning(of: $0) <= time }) else { return claims.first?.owner }
        if let released = claims[index].released, released <= time { return nil }
        return claims[index].owner
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
            if from < claims[index].from { move(index, to: from) }
        } else {
            insert(Claim(owner: owner, from: from, knownBy: knownBy))
        }
    }

    /// The node of an owner says that it had the address at a time.
    ///
    /// A node is the authority for what it hosts, but its clock is its own: an owner that the cluster has seen end does not come back by it.
    mutating func observe(_ owner: Owner, at time: Timestamp) {
        guard let index = claims.lastIndex(where: { $0.owner.isSame(as: owner) }) else {
            insert(Claim(owner: owner, from: time, knownBy: time, lastSeen: time))
            return
        }
        claims[index].owner.complete(with: owner)
        if let released = claims[index].released, released <= time { return }
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
