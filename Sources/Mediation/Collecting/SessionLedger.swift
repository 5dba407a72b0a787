// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What came of the Messages of one Transport Session, by Observation Domain and minute.
struct SessionLedger: Sendable {
    /// As `tcp://192.0.2.7`.
    let exporter: String
    /// Observation Domains of a session that have entries of their own; those of further ones go to domain 0, so that a sender cannot
    /// make an entry of each Message.
    private static let maximumDomains = 64

    private struct Domain {
        let id: UInt32
        /// The exporter's node, once a record has told.
        var nodeName: NameID?
        /// What the ledger has been told of the domain's loss.
        var told = Loss()
        /// Records missing by their sequence number that may still come, the oldest first, one entry a second.
        var missing: [(time: Timestamp, count: UInt64)] = []
        /// Of the minute of the last Message.
        var minute: ExporterMinute
        /// Whether anything, if only that the exporter is there, has been noted in `minute`.
        var isOpen = false
    }

    private var domains: [Domain] = []
    private var indices: [UInt32: Int] = [:]
    /// The domain of the last Message, which is usually that of the next.
    private var recent = 0
    /// Of minutes that are over.
    private var closed: [Key: ExporterMinute] = [:]
    /// What is told of the loss of domains without an entry.
    private var toldOfOthers: [UInt32: Loss] = [:]

    private struct Key: Hashable {
        let domain: UInt32
        let minute: Timestamp
    }

    init(exporter: String) {
        self.exporter = exporter
    }

    mutating func count(_ domain: UInt32, at now: Timestamp, _ change: (inout ExporterMinute) -> Void) {
        let index = index(of: domain)
        turn(to: Self.minute(of: now), index)
        change(&domains[index].minute)
    }

    mutating func note(node: NameID, of domain: UInt32) {
        let index = index(of: domain)
        if domains[index].id == domain { domains[index].nodeName = node }
    }

    /// Notes that the exporter is still connected, so that a minute in which it had nothing to say does not look like silence.
    mutating func noteAlive(at now: Timestamp) {
        for domain in domains where domain.nodeName != nil { count(domain.id, at: now) { _ in } }
    }

    /// How long records that are missing by their sequence number are waited for before the ledger says that they are lost.
    static let patience = Duration.seconds(60)

    func domain(of node: NameID) -> UInt32? { domains.first { $0.nodeName == node }?.id }

    /// The nodes that the session's records name as their own.
    var nodes: [NameID] { domains.compactMap(\.nodeName) }

    /// Enters what the decoder knows of a domain's loss beyond what it knew before. Lost records may come late, so they are entered, for the
    /// time at which they were missed, when they have not come within ``patience``.
    mutating func enter(_ statistics: DecodingStatistics, of domain: UInt32, at now: Timestamp) {
        let loss = Loss(statistics)
        let index = index(of: domain)
        let hasEntry = domains[index].id == domain
        let before = hasEntry ? domains[index].told : toldOfOthers[domain] ?? Loss()
        if loss == before { return }
        if hasEntry { domains[index].told = loss } else { toldOfOthers[domain] = loss }
        miss(loss, before: before, index, at: now)
        count(domain, at: now) { minute in
            for count in Loss.counts where count.told != \Loss.lost {
                let (old, new) = (before[keyPath: count.told], loss[keyPath: count.told])
                let entered = minute[keyPath: count.entered]
                minute[keyPath: count.entered] = new >= old ? entered + (new - old) : entered - min(entered, old - new)
            }
            for (told, cause) in Loss.drops { minute.drop(cause, loss[keyPath: told] - min(loss[keyPath: told], before[keyPath: told])) }
        }
    }

    private mutating func miss(_ loss: Loss, before: Loss, _ index: Int, at now: Timestamp) {
        if loss.lost > before.lost {
            let count = loss.lost - before.lost
            if let last = domains[index].missing.indices.last, domains[index].missing[last].time.seconds == now.seconds {
                domains[index].missing[last].count += count
            } else {
                domains[index].missing.append((now, count))
            }
        }
        // Whichever of them has come, what stays is taken for the youngest: so none is given up before its time.
        var found = before.lost - min(before.lost, loss.lost)
        while found > 0, let first = domains[index].missing.first {
            if first.count > found { domains[index].missing[0].count -= found } else { domains[index].missing.removeFirst() }
            found -= min(found, first.count)
        }
    }

    /// Enters as lost what was missed before a time and has not come.
    mutating func settleLoss(before time: Timestamp) {
        for index in domains.indices {
            while let first = domains[index].missing.first, first.time < time {
                domains[index].missing.removeFirst()
                let key = Key(domain: domains[index].id, minute: Self.minute(of: first.time))
                let empty = ExporterMinute(exporter: exporter, observationDomainID: key.domain, minute: key.minute)
                closed[key, default: empty].lost += first.count
            }
        }
    }

    private static func minute(of time: Timestamp) -> Timestamp { Timestamp(seconds: time.seconds - time.seconds % 60) }

    /// The entries so far, by time; the next call begins anew.
    mutating func take(names: borrowing NameTable) -> [ExporterMinute] {
        for index in domains.indices { close(index) }
        var taken = Array(closed.values)
        closed.removeAll(keepingCapacity: true)
        for index in taken.indices {
            let domain = domains[self.index(of: taken[index].observationDomainID)]
            taken[index].nodeName = domain.nodeName.map { names.text(of: $0) }
        }
        return taken.sorted { ($0.minute, $0.observationDomainID) < ($1.minute, $1.observationDomainID) }
    }

    private mutating func index(of domain: UInt32) -> Int {
        if recent < domains.count, domains[recent].id == domain { return recent }
        if let known = indices[domain] {
            recent = known
        } else if domains.count < Self.maximumDomains || domain == 0 {
            recent = domains.count
            indices[domain] = recent
            let minute = ExporterMinute(exporter: exporter, observationDomainID: domain, minute: Timestamp(seconds: 0))
            domains.append(Domain(id: domain, minute: minute))
        } else {
            return index(of: 0)
        }
        return recent
    }

    private mutating func turn(to minute: Timestamp, _ index: Int) {
        if domains[index].minute.minute != minute {
            close(index)
            domains[index].minute.minute = minute
        }
        domains[index].isOpen = true
    }

    private mutating func close(_ index: Int) {
        guard domains[index].isOpen else { return }
        let minute = domains[index].minute
        let empty = ExporterMinute(exporter: exporter, observationDomainID: minute.observationDomainID, minute: minute.minute)
        let key = Key(domain: minute.observationDomainID, minute: minute.minute)
        closed[key, default: empty] += minute
        domains[index].minute = empty
        domains[index].isOpen = false
    }
}

/// What a decoder's statistics say that the ledger has counts of.
private struct Loss: Hashable {
    var lost: UInt64 = 0
    var reordered: UInt64 = 0
    var duplicated: UInt64 = 0
    var restarts: UInt64 = 0
    /// Sets that could not wait.
    var setsNotKept: UInt64 = 0
    var setsUnreadable: UInt64 = 0
    var setsKept: UInt64 = 0
    var setsReleased: UInt64 = 0
    var setsExpired: UInt64 = 0

    init() {}

    init(_ statistics: DecodingStatistics) {
        lost = statistics.sequence.lost
        reordered = statistics.sequence.reordered
        duplicated = statistics.sequence.duplicated
        restarts = statistics.sequence.restarts
        setsNotKept = statistics.setsWithoutTemplate - statistics.setsKept
        setsUnreadable = statistics.setsUnreadable
        setsKept = statistics.setsKept
        setsReleased = statistics.setsReleased
        setsExpired = statistics.setsExpired
    }

    typealias Count = (told: KeyPath<Loss, UInt64>, entered: WritableKeyPath<ExporterMinute, UInt64>)

    static var counts: [Count] {
        [
            (\.lost, \.lost), (\.reordered, \.reordered), (\.duplicated, \.duplicated), (\.restarts, \.restarts),
            (\.setsKept, \.setsKept), (\.setsReleased, \.setsReleased), (\.setsExpired, \.setsExpired),
        ]
    }

    /// What is not read, by cause: together the Sets without template.
    static var drops: [(told: KeyPath<Loss, UInt64>, cause: DropCause)] {
        [(\.setsNotKept, .withoutRoom), (\.setsExpired, .templateMissing), (\.setsUnreadable, .notOfItsTemplate)]
    }
}
