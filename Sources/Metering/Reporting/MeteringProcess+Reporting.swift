// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

extension MeteringProcess {
    /// The records that are due.
    ///
    /// - Parameters:
    ///   - limit: how many to make at most, so that what is made at once stays small. Attempts that policy refused count apart.
    ///   - withholding: collectors that take no record at present. What is due to them waits, connection by connection; when they take
    ///     records again each connection has one record for all that time.
    /// - Returns: true when more is due: call again.
    /// - Complexity: O(1) amortised for each record and each look at a connection, of which there is one every timeout at most.
    public mutating func expire(
        at now: Timestamp, limit: Int = .max, withholding: CollectorSet = [], into records: inout [MeteredRecord]
    ) -> Bool {
        let moment = time.moment(at: now)
        reporting.advance(to: moment.steady, withholding: withholding)
        let hasMore = report(at: moment, limit: limit, withholding: withholding, into: &records)
        forgetEnded(at: moment)
        return hasMore
    }

    /// Everything that has changed since its last record, whether due or not: what a program sends before it stops.
    ///
    /// - Returns: true when `limit` was reached and there is more: call again.
    public mutating func flush(at now: Timestamp, limit: Int = .max, into records: inout [MeteredRecord]) -> Bool {
        let moment = time.moment(at: now)
        reporting.advance(to: moment.steady, withholding: [])
        if !isFlushing {
            for slot in 0..<store.slotCount where store[slot].role != .none && reporting.hasUnreported(slot, store[slot]) {
                reporting.makeDue(slot)
            }
            denied.makeDue()
        }
        isFlushing = true
        isFlushing = report(at: moment, limit: limit, withholding: [], into: &records)
        return isFlushing
    }

    /// When ``expire(at:limit:withholding:into:)`` next has something to do, if nothing is observed before; nil when there is nothing.
    public var nextDeadline: Timestamp? {
        let deadlines = [reporting.nextDeadline, denied.nextDeadline].compactMap { $0 }
        return deadlines.min().map { time.wall(of: $0) }
    }

    private mutating func report(at now: Moment, limit: Int, withholding: CollectorSet, into records: inout [MeteredRecord]) -> Bool {
        let builder = builder
        let first = records.count
        let hasMoreDenied = reportDenied(builder, at: now, limit: limit, into: &records)
        let afterDenied = records.count
        while records.count - afterDenied < limit, let slot = reporting.nextDue() {
            report(slot, builder, at: now, withholding: withholding, into: &records)
        }
        statistics.records += UInt64(records.count - first)
        return hasMoreDenied || reporting.isAnyDue
    }

    /// Attempts that policy refused are told every collector, for there are few.
    private mutating func reportDenied(
        _ builder: borrowing FlowRecordBuilder, at now: Moment, limit: Int, into records: inout [MeteredRecord]
    ) -> Bool {
        var entries: [DeniedStore.Entry] = []
        let hasMore = denied.expire(at: now.steady, reporting.timeouts, limit: limit, into: &entries)
        for entry in entries {
            let source = pod(at: entry.first.tuple.source, since: entry.first.time)
            let destination = pod(at: entry.first.tuple.destination, since: entry.first.time)
            let flow = builder.record(of: entry, source: source, destination: destination)
            records.append(MeteredRecord(flow: flow, collectors: .first(configuration.collectorCount)))
        }
        return hasMore
    }

    private mutating func report(
        _ slot: UInt32, _ builder: borrowing FlowRecordBuilder, at now: Moment, withholding: CollectorSet,
        into records: inout [MeteredRecord]
    ) {
        guard store[slot].role != .none else { return }
        reporting.take(slot, store[slot], at: now.steady, isFlushing: isFlushing, withholding: withholding, into: &reports)
        if !reports.isEmpty {
            if !store[slot].isRecorded { recoverClient(of: slot) }
            store[slot].isRecorded = true
            for report in reports {
                let flow = builder.record(of: store[slot], report, client: clients[slot])
                records.append(MeteredRecord(flow: flow, collectors: report.collectors))
            }
            reports.removeAll(keepingCapacity: true)
        }
        reporting.schedule(slot, store[slot], at: now.steady)
    }

    /// Before its first record only: afterwards the client's address would make it another connection.
    private mutating func recoverClient(of slot: UInt32) {
        if let client = externals.client(of: store[slot].connection) { clients[slot] = client }
    }

    private mutating func forgetEnded(at now: Moment) {
        while let oldest = store.oldestToForget(at: now.steady) {
            let unreported = reporting.unreportedCollectors(oldest.slot, store[oldest.slot])
            guard unreported == 0 || oldest.isOneTooMany else { return }
            statistics.unreportedEnds += UInt64(unreported)
            clients[oldest.slot] = nil
            store.forgetOldest()
        }
    }
}

extension MeteringProcess {
    /// A record of every connection metered at present, with its totals as deltas; notes nothing. For looking, not for sending.
    public mutating func snapshot(into records: inout [FlowRecord]) {
        let builder = builder
        for slot in 0..<store.slotCount where store[slot].role != .none && !store[slot].isClosed {
            let report = Reporting.Report(
                reason: store[slot].isOver ? .endOfFlow : .activeTimeout, reported: Connection.Counters(), collectors: [])
            let client = clients[slot] ?? externals.client(of: store[slot].connection)
            records.append(builder.record(of: store[slot], report, client: client))
        }
    }

    private var builder: FlowRecordBuilder {
        FlowRecordBuilder(
            nodeName: nodeName, podNetworks: configuration.podNetworks, gateways: configuration.gateways, rules: rules,
            services: services, tcpStates: tcpStates)
    }
}
