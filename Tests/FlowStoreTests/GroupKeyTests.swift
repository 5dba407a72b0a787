// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

/// How flows count at either of their ends, in blocks of addresses and in workloads.
@Suite struct GroupKeyTests {
    private let folder = TemporaryFolder()
    private let second: Int64 = 1_700_000_040
    private var range: TimeRange { TimeRange(from: Timestamp(seconds: second), to: Timestamp(seconds: second + 60)) }

    /// What one interval has; each is of a connection of its own.
    private struct Flow {
        var names: [FlowField: String] = [:]
        var addresses: [FlowField: String] = [:]
        var port: UInt64?
        var octets: UInt64 = 0
        var reverse: UInt64 = 0
    }

    private func reader(_ flows: [Flow]) throws -> FlowReader {
        let path = folder.file("flows.db")
        let writer = try FlowStore.openForWriting(path: path)
        var names = NameTable(seed: 1)
        var batch = StoreBatch()
        for (index, flow) in flows.enumerated() {
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = Timestamp(seconds: second + Int64(index))
            for (field, text) in flow.names { record[name: field] = names.id(of: text) }
            for (field, text) in flow.addresses { record[address: field] = IPAddress(text) }
            record[unsigned: .destinationTransportPort] = flow.port
            record[unsigned: .octetDeltaCount] = flow.octets
            record[unsigned: .reverseOctetDeltaCount] = flow.reverse
            batch.intervals.append(FlowInterval(connection: Int64(index + 1), record: record, isConnectionChanged: true))
        }
        batch.names = (0..<names.count).map { NameID(rawValue: UInt32($0 + 1)) }.map {
            StoreBatch.NewName(id: $0, text: names.text(of: $0))
        }
        try writer.write(batch)
        return try FlowStore.openForReading(path: path)
    }

    private func between(_ source: String?, _ destination: String?, _ octets: UInt64, _ reverse: UInt64) -> Flow {
        var flow = Flow(octets: octets, reverse: reverse)
        flow.names[.sourcePodNamespace] = source
        flow.names[.destinationPodNamespace] = destination
        return flow
    }

    private static let namespaces = GroupKey(
        [GroupKey.Part(.field(.sourcePodNamespace), counterpart: .field(.destinationPodNamespace))], isTurned: true)

    @Test("a flow counts at both its ends, seen from each, and in the totals once")
    func eitherEnd() throws {
        let result = try reader([between("a", "b", 10, 3), between("b", "c", 1, 0)]).top(TopQuery(Self.namespaces, range: range))
        #expect(result.groups.map(\.key) == [[.text("b")], [.text("a")], [.text("c")]])
        #expect(result.groups.map(\.traffic.octets) == [4, 10, 0])
        #expect(result.groups.map(\.traffic.reverseOctets) == [10, 3, 1])
        #expect(result.groups.map(\.traffic.connections) == [2, 1, 1])
        #expect(result.totals.octets == 11 && result.totals.connections == 2)
    }

    @Test("a flow within a group counts once")
    func within() throws {
        let result = try reader([between("a", "a", 10, 3)]).top(TopQuery(Self.namespaces, range: range))
        #expect(result.groups.map(\.traffic.octets) == [10] && result.groups.map(\.traffic.connections) == [1])
    }

    @Test("an end that nobody knows counts only where the other is not known either")
    func unknownEnd() throws {
        let flows = [between("a", nil, 10, 0), between(nil, "b", 5, 0), between(nil, nil, 1, 0)]
        let result = try reader(flows).top(TopQuery(Self.namespaces, range: range))
        #expect(result.groups.map(\.key) == [[.text("a")], [.text("b")], [.null]])
    }

    @Test("the limit counts groups of ends, and the rest is added up")
    func limit() throws {
        let result = try reader([between("a", "b", 10, 3), between("c", "d", 1, 0)]).top(TopQuery(Self.namespaces, limit: 1, range: range))
        #expect(result.groups.count == 1 && result.otherGroupCount == 3 && result.others?.allOctets == 15)
    }

    @Test("what decided at either end is not turned round")
    func decided() throws {
        let key = GroupKey([GroupKey.Part(.field(.egressNetworkPolicyName), counterpart: .field(.ingressNetworkPolicyName))])
        let both = Flow(names: [.egressNetworkPolicyName: "out", .ingressNetworkPolicyName: "in"], octets: 10, reverse: 3)
        let one = Flow(names: [.ingressNetworkPolicyName: "in"], octets: 1)
        let result = try reader([both, one]).top(TopQuery(key, range: range))
        #expect(result.groups.map(\.key) == [[.text("in")], [.text("out")]])
        #expect(result.groups.map(\.traffic.octets) == [11, 10])
    }

    @Test("addresses fold into blocks of their family")
    func blocks() throws {
        let flows =
            ["10.1.2.3", "10.1.2.250", "fd00::1:2:3:4:5"].map { Flow(addresses: [.destinationIPAddress: $0], octets: 1) } + [Flow()]
        let reader = try reader(flows)
        func blocks(_ v4: Int, _ v6: Int) throws -> [ResultValue] {
            let key = GroupKey([GroupKey.Part(.subnet(of: .destinationIPAddress, v4: v4, v6: v6))])
            return try reader.top(TopQuery(key, range: range)).groups.map { $0.key[0] }
        }
        #expect(try blocks(24, 64) == [.text("10.1.2.0/24"), .text("fd00:0:0:1::/64"), .null])
        #expect(try Set(blocks(32, 48)) == [.text("10.1.2.3/32"), .text("10.1.2.250/32"), .text("fd00::/48"), .null])
        #expect(try blocks(0, 0) == [.text("0.0.0.0/0"), .text("::/0"), .null])
    }

    @Test("a workload is what the cluster calls it, else what its pod's name says")
    func workloads() throws {
        let key = GroupKey([GroupKey.Part(.workload(name: .sourceWorkloadName, pod: .sourcePodName))])
        let flows = [
            Flow(names: [.sourcePodName: "web-5dd5756b68-2wvkb"], octets: 1),
            Flow(names: [.sourcePodName: "web-5dd5756b68-x2v4z", .sourceWorkloadName: "web"], octets: 2),
            // Named like a Deployment's pod, and none.
            Flow(names: [.sourcePodName: "job-bcdfg", .sourceWorkloadName: "job-bcdfg"], octets: 9),
            Flow(octets: 1),
        ]
        let result = try reader(flows).top(TopQuery(key, range: range))
        #expect(result.groups.map(\.key) == [[.text("job-bcdfg")], [.text("web")], [.null]])
        #expect(result.groups.map(\.traffic.octets) == [9, 3, 1])
    }

    @Test("values of the flow stand beside those of an end")
    func mixed() throws {
        var flow = between("a", "b", 10, 3)
        flow.port = 80
        let key = GroupKey([GroupKey.Part(.field(.destinationTransportPort))] + Self.namespaces.parts, isTurned: true)
        let result = try reader([flow]).top(TopQuery(key, range: range))
        #expect(result.groups.map(\.key) == [[.integer(80), .text("a")], [.integer(80), .text("b")]])
        #expect(result.groups.map(\.traffic.octets) == [10, 3])
    }

    @Test("a series has a step of each group that is named, and steps in which nothing moved are left out")
    func series() throws {
        let reader = try reader([between("a", "b", 10, 3), between("a", "c", 1, 0)])
        let series = try reader.series(SeriesQuery(TopQuery(Self.namespaces, limit: 2, range: range), step: 1))
        #expect(series.whole.groups.map(\.key) == [[.text("a")], [.text("b")]])
        #expect(series.steps.map(\.start.seconds) == [second, second + 1])
        #expect(series.steps.map(\.total.octets) == [10, 1])
        #expect(series.steps.map { $0.groups.map { $0?.octets } } == [[10, 3], [1, nil]])
    }
}
