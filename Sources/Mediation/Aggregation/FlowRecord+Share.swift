// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension FlowRecord {
    /// What this record would have said at a time between its connection's last one and its own, if the growth in between were even.
    ///
    /// Counters that tell no total, or one that did not grow, are left to the record itself, as are the state and the end.
    func share(of connection: MediatedConnection, from side: ObservingSide, until time: Timestamp) -> FlowRecord {
        var share = self
        let half = side == .destinationNode ? connection.destination : connection.source
        let end = self[time: .flowEndMilliseconds] ?? time
        share[time: .flowEndMilliseconds] = time
        share.forget(.flowEndReason)
        share.forget(.tcpState)
        let (elapsed, whole) = ((time - half.end).wholeMilliseconds, (end - half.end).wholeMilliseconds)
        for counter in FlowCounter.allCases {
            share.forget(counter.delta(.common))
            guard let total = self[unsigned: counter.total(.common)], let before = half.total(counter), total > before, 0 < elapsed,
                elapsed < whole
            else {
                share.forget(counter.total(.common))
                continue
            }
            let product = (total - before).multipliedFullWidth(by: UInt64(elapsed))
            share[unsigned: counter.total(.common)] = before + UInt64(whole).dividingFullWidth(product).quotient
        }
        return share
    }
}
