// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// What pods sent and received, by flows and by their ports.
struct Reconciliation {
    struct Pod {
        /// Namespace and name.
        let key: [ResultValue]
        var node: ResultValue
        var sent = Side()
        var received = Side()

        /// Octets that only one of the two saw, both ways.
        var unexplained: UInt64 { (sent.rest?.magnitude ?? 0) + (received.rest?.magnitude ?? 0) }
    }

    /// One way.
    struct Side {
        /// IP octets of flows; nil when no flow of the pod was counted.
        var flows: UInt64?
        /// Octets of frames.
        var port: UInt64?
        var portPackets: UInt64?

        static let ethernetHeader: UInt64 = 14

        /// IP octets by the port.
        var portIP: UInt64? {
            guard let port, let portPackets else { return nil }
            let (headers, overflow) = portPackets.multipliedReportingOverflow(by: Self.ethernetHeader)
            return overflow || headers > port ? 0 : port - headers
        }

        /// What the port saw and no flow tells; negative where flows tell of more.
        var rest: Int64? {
            guard let portIP else { return nil }
            return Int64(clamping: Int128(portIP) - Int128(flows ?? 0))
        }
    }

    /// The most unexplained first, then those whose ports nobody read.
    let pods: [Pod]
    let halves: ObservedHalves

    init(in range: TimeRange, from source: any QuerySource) throws {
        let grouping = Grouping(name: "pod", dimensions: try GroupDimension.named("pod"))
        let result = try source.top(TopQuery(grouping.key, range: range))
        halves = result.halves
        var pods: [[ResultValue]: Pod] = [:]
        var order: [[ResultValue]] = []
        func change(_ key: [ResultValue], _ body: (inout Pod) -> Void) {
            if pods[key] == nil { order.append(key) }
            var pod = pods[key] ?? Pod(key: key, node: .null)
            body(&pod)
            pods[key] = pod
        }
        for group in result.groups where group.key[1] != .null {
            change(group.key) { pod in
                pod.sent.flows = group.traffic.octets
                pod.received.flows = group.traffic.reverseOctets
            }
        }
        for row in try source.podPorts(in: range).rows where (row[4].integer ?? 0) > 0 {
            func count(_ place: Int) -> UInt64? { row[place].integer.map { UInt64(clamping: $0) } }
            change([row[0], row[1]]) { pod in
                pod.node = row[2]
                pod.sent.portPackets = Self.sum(pod.sent.portPackets, count(5))
                pod.sent.port = Self.sum(pod.sent.port, count(6))
                pod.received.portPackets = Self.sum(pod.received.portPackets, count(7))
                pod.received.port = Self.sum(pod.received.port, count(8))
            }
        }
        self.pods = order.compactMap { pods[$0] }.enumerated().sorted { a, b in
            a.element.unexplained == b.element.unexplained ? a.offset < b.offset : a.element.unexplained > b.element.unexplained
        }.map(\.element)
    }

    /// A pod may have had several ports.
    private static func sum(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
        guard let a, let b else { return a ?? b }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
