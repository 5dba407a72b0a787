// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering

/// A node that is polled: a metering process with two pods, and everything it has reported.
struct Node: ~Copyable {
    var process: MeteringProcess
    private(set) var records: [FlowRecord] = []

    init(_ change: (inout MeteringConfiguration) -> Void = { _ in }) {
        var configuration = MeteringConfiguration(nodeName: "node1")
        configuration.podNetworks = ["10.10.0.0/16", "fd10:10::/32"].compactMap { IPPrefix($0) }
        change(&configuration)
        process = MeteringProcess(configuration, seed: 42)
        process.update(pods: [.client, .server])
    }

    /// Polls, and returns what is due after it.
    @discardableResult
    mutating func poll(_ connections: [Connection], at seconds: Double, isWhole: Bool = true) -> [FlowRecord] {
        process.observe(Poll(time: .at(seconds), connections: connections, isWhole: isWhole))
        return expire(at: seconds, isWhole: isWhole)
    }

    @discardableResult
    mutating func expire(at seconds: Double, isWhole: Bool = true) -> [FlowRecord] {
        var due: [FlowRecord] = []
        process.expire(at: .at(seconds), isWhole: isWhole, into: &due)
        records += due
        return due
    }

    mutating func flush(at seconds: Double) -> [FlowRecord] {
        var due: [FlowRecord] = []
        process.flush(at: .at(seconds), into: &due)
        records += due
        return due
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
