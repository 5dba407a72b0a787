// SPDX-License-Identifier: Apache-2.0

/// Data Sets of one Transport Session whose template has not come, in the order of their arrival (RFC 7011 §9.3).
///
/// Bounded in octets and time. A Set for which there is no room is refused rather than an older one dropped: the older ones are
/// nearer to being read.
struct WaitingData: Sendable {
    struct Waiting: Sendable {
        let octets: [UInt8]
        let id: UInt16
        let header: MessageHeader
        let received: Timestamp
        /// Counts the Messages that brought something to wait.
        let message: UInt64
    }

    fileprivate struct Key: Hashable {
        let domain: UInt32
        let id: UInt16
    }

    private let limits: DecodingLimits
    private var sets: [Waiting] = []
    private var awaited: [Key: Int] = [:]
    private var octets = 0

    init(limits: DecodingLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { sets.isEmpty }

    /// Whether a Set of this id waits.
    func awaits(domain: UInt32, id: UInt16) -> Bool { awaited[Key(domain: domain, id: id)] != nil }

    /// False when there is no room.
    mutating func keep(_ set: Waiting) -> Bool {
        guard octets + Self.cost(of: set) <= limits.keptOctets else { return false }
        octets += Self.cost(of: set)
        awaited[set.key, default: 0] += 1
        sets.append(set)
        return true
    }

    /// Removes what has waited too long. A clock that was set back by more than that ends the wait too.
    mutating func expire(at now: Timestamp) -> [Waiting] {
        let keptTime = limits.keptTime
        func isOver(_ set: Waiting) -> Bool {
            let age = now - set.received
            return age > keptTime || age < .zero - keptTime
        }
        guard let first = sets.first, isOver(first) else { return [] }
        return take(where: isOver)
    }

    mutating func removeAll() -> [Waiting] { take { _ in true } }

    /// Removes the Sets of a domain that `isReadable` says can be read, in the order of their arrival.
    mutating func release(domain: UInt32, where isReadable: (Waiting) -> Bool) -> [Waiting] {
        take { $0.header.observationDomainID == domain && isReadable($0) }
    }

    private mutating func take(where isTaken: (Waiting) -> Bool) -> [Waiting] {
        var taken: [Waiting] = []
        sets.removeAll {
            let isTaken = isTaken($0)
            if isTaken { taken.append($0) }
            return isTaken
        }
        for set in taken { forget(set) }
        return taken
    }

    private mutating func forget(_ set: Waiting) {
        octets -= Self.cost(of: set)
        let left = (awaited[set.key] ?? 1) - 1
        awaited[set.key] = left == 0 ? nil : left
    }

    private static func cost(of set: Waiting) -> Int { set.octets.count + KeptDataSet.cost }
}

extension WaitingData.Waiting {
    fileprivate var key: WaitingData.Key { WaitingData.Key(domain: header.observationDomainID, id: id) }
}
