// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering

/// A node that is polled: a metering process with two pods, and everything it has reported.
struct Node: ~Copyable {
    var process: MeteringProcess
    private(set) var records: [FlowRecord] = []
    /// The records, with the collectors they are for.
    private(set) var told: [MeteredRecord] = []
    /// Collectors that take nothing at present.
    var withheld: CollectorSet = []

    init(_ change: (inout MeteringConfiguration) -> Void = { _ in }) {
        var configuration = MeteringConfiguration(nodeName: "node1")
        configuration.podNetworks = ["10.10.0.0/16", "fd10:10::/32"].compactMap { IPPrefix($0) }
        change(&configuration)
        process = MeteringProcess(configuration, seed: 42)
        process.update(pods: [.client, .server], at: .at(-1000))
    }

    /// Polls, and returns what is due after it.
    @discardableResult
    mutating func poll(_ connections: [Connection], at seconds: Double, isWhole: Bool = true) -> [FlowRecord] {
        process.observe(Poll(time: .at(seconds), connections: connections, isWhole: isWhole))
        return expire(at: seconds)
    }

    mutating func event(_ connection: Connection, _ kind: ConnectionEvent.Kind, at seconds: Double) {
        process.observe(connection, kind: kind, from: .first, at: .at(seconds))
    }

    @discardableResult
    mutating func expire(at seconds: Double) -> [FlowRecord] {
        var due: [MeteredRecord] = []
        while process.expire(at: .at(seconds), withholding: withheld, into: &due) {}
        records += due.map(\.flow)
        told += due
        return due.map(\.flow)
    }

    mutating func flush(at seconds: Double) -> [FlowRecord] {
        var due: [MeteredRecord] = []
        while process.flush(at: .at(seconds), into: &due) {}
        records += due.map(\.flow)
        told += due
        return due.map(\.flow)
    }

    func text(_ field: FlowField, of flow: FlowRecord?) -> String? {
        guard let name = flow?[name: field] else { return nil }
        return process.names.text(of: name)
    }
}

extension FlowRecord {
    var reason: FlowEndReason? { self[unsigned: .flowEndReason].flatMap { FlowEndReason(rawValue: UInt8($0)) } }
    var type: FlowType? { self[unsigned: .flowType].flatMap { FlowType(rawValue: UInt8($0)) } }
}
