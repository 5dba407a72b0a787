// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIXTransport

/// What the program does with what it collects.
enum AggregatorMode: String, CaseIterable, Sendable {
    /// Joins, aggregates and stores.
    case aggregate
    /// Completes each record on its own and passes it on; keeps nothing.
    case proxy
}

/// How records are passed on.
struct ProxyConfiguration: Sendable {
    let collectors: [Endpoint]
    let keeping: ExportKeeping
    let profile: ExportProfile
    let clusterID: String?
    /// The hash of the host's name, as exporters have that of their node's.
    let observationDomainID: UInt32

    /// A new one. Datagrams keep clear of fragmentation, as the exporter's do; the reference's collector takes one record a message.
    var packer: ProxiedFlowPacker {
        ProxiedFlowPacker(
            profile: profile, maximumLength: collectors.contains { $0.transport.isDatagram } ? 1420 : 16_384,
            maximumRecords: profile == .antrea ? 1 : .max)
    }
}
