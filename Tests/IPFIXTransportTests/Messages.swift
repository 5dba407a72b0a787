// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging

@testable import IPFIXTransport

/// A whole message of `length` octets whose export time is `number`, so that tests can tell them apart.
func message(_ number: Int, length: Int = 40, domain: UInt32 = 1) -> [UInt8] {
    let header = MessageHeader(
        messageLength: UInt16(length), exportTime: UInt32(number), sequenceNumber: 0, observationDomainID: domain)
    return header.octets + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: length - MessageHeader.length)
}

/// A Template Set with template 256, of one field: octetDeltaCount (1) in four octets.
let templateSet: [UInt8] = [0, 2, 0, 12, 1, 0, 0, 1, 0, 1, 0, 4]

/// A Data Set of template 256 with one record.
func dataSet(_ value: UInt32) -> [UInt8] {
    [1, 0, 0, 8] + (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
}

func exported(_ value: UInt32, records: UInt32 = 1) -> ExportedMessage {
    ExportedMessage(sets: dataSet(value), recordCount: records)
}

func header(_ message: [UInt8]) throws -> MessageHeader {
    try MessageHeader(reading: unsafe message.span.bytes)
}

func sets(_ message: [UInt8]) -> [UInt8] {
    Array(message.dropFirst(MessageHeader.length))
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

let anyPort = Endpoint(.tcp, host: "127.0.0.1", port: 0)
let anyDatagramPort = Endpoint(.udp, host: "127.0.0.1", port: 0)
