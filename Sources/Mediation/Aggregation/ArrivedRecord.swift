// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What is found out of a record before its connection is looked for.
struct ArrivedRecord: Sendable {
    let key: ConnectionKey
    let hash: UInt32
    let side: ObservingSide
    let measures: Measures
    let arrival: Timestamp
}

extension FlowRecord {
    /// Exporters send milliseconds, seconds or both, and the Service's address under one name, the other or both; from here on there
    /// is one of each.
    mutating func normalize() {
        if !isKnown(.flowStartMilliseconds) { self[time: .flowStartMilliseconds] = startTime }
        if !isKnown(.flowEndMilliseconds) { self[time: .flowEndMilliseconds] = endTime }
        forget(.flowStartSeconds)
        forget(.flowEndSeconds)
        if !isKnown(.destinationServiceIP) { self[address: .destinationServiceIP] = self[address: .destinationClusterIP] }
        forget(.destinationClusterIP)
    }

    /// In milliseconds, or where they are not told, in seconds.
    @inline(__always)
    var startTime: Timestamp? { self[time: .flowStartMilliseconds] ?? seconds(.flowStartSeconds) }
    @inline(__always)
    var endTime: Timestamp? { self[time: .flowEndMilliseconds] ?? seconds(.flowEndSeconds) }

    @inline(__always)
    private func seconds(_ field: FlowField) -> Timestamp? {
        self[unsigned: field].map { Timestamp(seconds: Int64(clamping: $0)) }
    }
}
