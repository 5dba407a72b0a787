// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

/// Names that come after what they name.
extension Mediator {
    /// Takes in what the cluster says of its pods, Services and nodes. Names that are missing are looked for again with each interval, and
    /// when the cluster tells of their addresses before the window of the last one closes.
    public mutating func apply(_ change: ClusterChange, names: inout NameTable) {
        enrichment.apply(change, names: &names)
        guard !awaited.isEmpty else { return }
        for address in change.addresses { told += awaited.take(address) }
    }

    /// A stored connection waits for the names that it lacks, until its window closes.
    mutating func awaitNames(of place: UInt32, in flow: FlowRecord, at now: Timestamp) {
        let lacking = enrichment.addressesLacking(in: flow)
        guard !lacking.isEmpty else { return }
        let until = Windows(configuration.window).end(after: now) + configuration.clockTolerance
        let connection = AwaitedNames.Connection(place: place, id: table[place].id, until: until)
        for address in lacking { awaited.await(connection, at: address) }
        statistics.notAwaited = awaited.refused
    }

    /// Amends the connections of whose ends the cluster has told since.
    mutating func amendNames(at now: Timestamp, into intervals: inout [FlowInterval]) {
        awaited.expire(at: now)
        guard !told.isEmpty else { return }
        for connection in told where connection.until >= now && table[connection.place].id == connection.id {
            statistics.askedAgain += 1
            guard let interval = table.amend(connection.place, enrichment, clusterID: clusterID) else { continue }
            statistics.amended += 1
            noteStored(connection.place)
            intervals.append(interval)
            awaitNames(of: connection.place, in: interval.record, at: now)
        }
        told.removeAll()
    }
}
