// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport

/// Enters into the ledger what was dropped before anybody knew whose it was: by the kernel, at the limits of the sockets, in handshakes.
struct TransportDrops {
    private var told = CollectingStatistics()

    /// What came to be dropped since the last call; nil for nothing.
    mutating func take(_ statistics: CollectingStatistics, at now: Timestamp) -> ExporterMinute? {
        var minute = ExporterMinute.ofAggregator(at: now)
        for (cause, count) in Self.causes { minute.drop(cause, count(statistics) - count(told)) }
        told = statistics
        return minute.isComplete ? nil : minute
    }

    private static let causes: [(DropCause, @Sendable (CollectingStatistics) -> UInt64)] = [
        (.receiveBuffer, { $0.kernelDrops }), (.unknownSession, { $0.unknownDatagrams }), (.tooManyPeers, { $0.refusedDatagrams }),
        (.tooManyConnections, { $0.refusedConnections }), (.handshake, { $0.refusedHandshakes }),
        (.displaced, { $0.displacedConnections }),
        (.malformed(.tooShort), { $0.malformed.tooShort }), (.malformed(.wrongVersion), { $0.malformed.wrongVersion }),
        (.malformed(.lengthBelowHeader), { $0.malformed.wrongLength }), (.malformed(.cutShort), { $0.malformed.cutShort }),
    ]
}
