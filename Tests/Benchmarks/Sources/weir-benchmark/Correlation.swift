// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import Glibc
import IPFIX
import Mediation

/// A million live connections, of which one after another, at random, is told of again within the window: the worst case for the cache.
///
/// `Reference/correlate.c` does the same to a table of the same layout.
enum Correlation {
    static let connections = 1_000_000

    struct Result {
        var updates = 0
        var seconds = 0.0
        var octetsPerConnection = 0
        var checksum: UInt64 = 0
    }

    static func run(updates: Int) -> Result {
        var names = NameTable(seed: 1)
        var configuration = MediationConfiguration()
        configuration.capacity = connections
        var mediator = Mediator(configuration, firstConnection: 1, names: &names)
        var flow = template(&names)
        var result = Result(updates: updates)
        let before = residentOctets()
        begin(&mediator, telling: &flow)
        result.octetsPerConnection = (residentOctets() - before) / connections
        let now = Timestamp(seconds: 1_800_000_005)
        var state: UInt64 = 1
        var batch = FlowBatch()
        while !batch.isFull {
            _ = batch.append {
                $0 = flow
                return true
            }
        }
        let duration = ContinuousClock().measure {
            for first in stride(from: 0, to: updates, by: batch.count) {
                for index in batch.indices {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    tell((state >> 33) % UInt64(connections), step: UInt64(first + index) + 2, in: &batch[index])
                }
                mediator.expect(batch.records.span)
                for index in batch.indices { _ = mediator.receive(index, of: batch.records.span, at: now) }
            }
        }
        result.seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        result.checksum = mediator.statistics.connections &* 31 &+ (mediator.statistics.opened &+ mediator.statistics.merged)
        return result
    }

    /// Each connection is told of, and stored, once; a few at a time, as they would be.
    private static func begin(_ mediator: inout Mediator, telling flow: inout FlowRecord) {
        let now = Timestamp(seconds: 1_800_000_004), atOnce = 4000
        var intervals: [FlowInterval] = []
        for first in stride(from: 0, to: connections, by: atOnce) {
            for connection in first..<first + atOnce {
                tell(UInt64(connection), step: 1, in: &flow)
                _ = mediator.receive(flow, at: now)
            }
            intervals.removeAll(keepingCapacity: true)
            mediator.expire(at: now + .seconds(1), into: &intervals)
        }
    }

    /// What an exporter says of a connection with twenty facts.
    private static func template(_ names: inout NameTable) -> FlowRecord {
        var flow = FlowRecord()
        flow[unsigned: .protocolIdentifier] = 6
        flow[unsigned: .destinationTransportPort] = 8080
        flow[time: .flowStartMilliseconds] = Timestamp(seconds: 1_800_000_000)
        flow[unsigned: .flowEndReason] = 2
        flow[unsigned: .flowType] = 1
        for field in [
            FlowField.sourcePodName, .sourcePodNamespace, .sourceNodeName, .destinationPodName, .destinationPodNamespace,
            .destinationNodeName, .destinationServicePortName, .ingressNetworkPolicyName, .ingressNetworkPolicyNamespace,
            .egressNetworkPolicyName, .egressNetworkPolicyNamespace, .tcpState,
        ] {
            flow[name: field] = names.id(of: field == .destinationNodeName ? "sourceNodeName" : "\(field)")
        }
        flow[unsigned: .destinationServicePort] = 80
        flow[unsigned: .ingressNetworkPolicyRuleAction] = 1
        flow[unsigned: .egressNetworkPolicyRuleAction] = 1
        flow[address: .destinationServiceIP] = IPAddress(v4: 0x0A60_0001)
        return flow
    }

    private static func tell(_ connection: UInt64, step: UInt64, in flow: inout FlowRecord) {
        flow[address: .sourceIPAddress] = IPAddress(v4: 0x0A00_0000 | UInt32(connection >> 12))
        flow[address: .destinationIPAddress] = IPAddress(v4: 0x0A80_0000 | UInt32(connection >> 6))
        flow[unsigned: .sourceTransportPort] = 20_000 + connection & 4095
        flow[time: .flowEndMilliseconds] = Timestamp(milliseconds: 1_800_000_000_000 + Int64(step & 0xFFF))
        for counter in FlowCounter.allCases { flow[unsigned: counter.total(.common)] = step &* 100 }
    }

    /// Of this process, by `/proc/self/statm`.
    private static func residentOctets() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&line, 256, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }
}
