// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import TransportSecurity

/// What an Exporting Process was asked to do; constant while it lives.
struct ExportAssignment: Sendable {
    let endpoint: Endpoint
    /// Nil where the endpoint needs none.
    let security: ExportSecurity?
    let observationDomainID: UInt32
    let templateMessages: [[UInt8]]
    let queue: ExportQueue
    let clock: @Sendable () -> Timestamp
    let configuration: ExportConfiguration
    let logger: Logger

    /// The largest message that may be sent, header included.
    var messageLimit: Int {
        switch endpoint.transport {
        case .tcp, .tls: Int(UInt16.max)
        case .udp: min(configuration.datagramLimit, Int(UInt16.max))
        case .dtls: min(configuration.datagramLimit, SecureSession.largestDatagram)
        }
    }

    func message(_ sets: [UInt8], sequenceNumber: UInt32) -> [UInt8] {
        let header = MessageHeader(
            messageLength: UInt16(MessageHeader.length + sets.count),
            exportTime: UInt32(truncatingIfNeeded: clock().seconds),
            sequenceNumber: sequenceNumber, observationDomainID: observationDomainID)
        return header.octets + sets
    }
}
