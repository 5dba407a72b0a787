// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import IPFIX
import Testing

@testable import weir

/// How `--by` folds what the store says of fields into groups of ends, workloads and subnets.
@Suite struct GroupingTests {
    /// A source that answers with the same groups whatever it is asked.
    private struct Fixed: QuerySource {
        let groups: [TopResult.Group]

        func top(_ query: TopQuery) -> TopResult {
            var result = TopResult()
            result.groups = groups
            return result
        }

        func flows(_ query: FlowsQuery) -> ResultTable { ResultTable(columns: []) }
        func explain(_ query: TopQuery) throws -> QueryExplanation { throw StoreError.busy }
        func explain(_ query: FlowsQuery) throws -> QueryExplanation { throw StoreError.busy }
        func completeness(in range: TimeRange) -> Completeness { Completeness() }
        func storedSpan() -> ClosedRange<Timestamp>? { nil }
        func exporters(in range: TimeRange) -> ResultTable { ResultTable(columns: []) }
        func policyRules(in range: TimeRange) -> ResultTable { ResultTable(columns: []) }
        func podPorts(in range: TimeRange) -> ResultTable { ResultTable(columns: []) }
    }

    private func traffic(_ octets: UInt64, _ reverse: UInt64) -> Traffic {
        var traffic = Traffic()
        (traffic.octets, traffic.reverseOctets, traffic.connections) = (octets, reverse, 1)
        return traffic
    }

    private func answer(_ by: String, _ rows: [([String?], Traffic)], limit: Int? = nil) throws -> TopResult {
        let source = Fixed(groups: rows.map { TopResult.Group(key: $0.0.map { $0.map(ResultValue.text) ?? .null }, traffic: $0.1) })
        let range = TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 60))
        return try Grouping(by).answer(TopQuery(fields: [], limit: limit, range: range), from: source)
    }

    @Test("a flow counts at both its ends, seen from each")
    func eitherEnd() throws {
        let result = try answer("namespace", [(["a", "b"], traffic(10, 3)), (["b", "c"], traffic(1, 0))])
        #expect(result.groups.map(\.key) == [[.text("b")], [.text("a")], [.text("c")]])
        #expect(result.groups.map(\.traffic.octets) == [4, 10, 0])
        #expect(result.groups.map(\.traffic.reverseOctets) == [10, 3, 1])
        #expect(result.groups.map(\.traffic.connections) == [2, 1, 1])
    }

    @Test("a flow within a group counts once")
    func within() throws {
        let result = try answer("namespace", [(["a", "a"], traffic(10, 3))])
        #expect(result.groups.map(\.traffic.octets) == [10] && result.groups.map(\.traffic.connections) == [1])
    }

    @Test("an end that nobody knows counts only where the other is not known either")
    func unknownEnd() throws {
        let result = try answer("namespace", [(["a", nil], traffic(10, 0)), ([nil, "b"], traffic(5, 0)), ([nil, nil], traffic(1, 0))])
        #expect(result.groups.map(\.key) == [[.text("a")], [.text("b")], [.null]])
    }

    @Test("what decided at either end is not turned round")
    func decided() throws {
        let result = try answer("policy", [(["n", "out", "n", "in"], traffic(10, 3)), ([nil, nil, "n", "in"], traffic(1, 0))])
        #expect(result.groups.map(\.key) == [[.text("n"), .text("in")], [.text("n"), .text("out")]])
        #expect(result.groups.map(\.traffic.octets) == [11, 10])
    }

    @Test("pods fold into workloads, addresses into subnets")
    func converted() throws {
        let pods = try answer(
            "source workload",
            [
                (["n", "web-5dd5756b68-2wvkb"], traffic(1, 0)), (["n", "web-5dd5756b68-x2v4z"], traffic(2, 0)),
                (["m", "db-0"], traffic(1, 0)),
            ])
        #expect(pods.groups.map(\.key) == [[.text("n"), .text("web")], [.text("m"), .text("db")]] && pods.groups[0].traffic.octets == 3)
        let addresses = try answer(
            "dst subnet/24",
            [(["10.1.2.3"], traffic(4, 0)), (["10.1.2.250"], traffic(4, 0)), (["fd00::1:2:3:4:5"], traffic(1, 0)), ([nil], traffic(0, 0))])
        #expect(addresses.groups.map(\.key) == [[.text("10.1.2.0/24")], [.text("fd00:0:0:1::/64")], [.null]])
        #expect(try answer("dst subnet/32", [(["10.1.2.3"], traffic(4, 0))]).groups[0].key == [.text("10.1.2.3/32")])
        #expect(try answer("dst subnet/48", [(["fd00:1:2:3::4"], traffic(4, 0))]).groups[0].key == [.text("fd00:1:2::/48")])
    }

    @Test("fields beside an end stay beside it")
    func mixed() throws {
        let result = try answer("port,pod", [(["80", "tcp", "n", "a", "n", "b"], traffic(10, 3))])
        #expect(
            result.groups.map(\.key) == [
                [.text("80"), .text("tcp"), .text("n"), .text("a")], [.text("80"), .text("tcp"), .text("n"), .text("b")],
            ])
    }

    @Test("the limit counts groups of the answer, and the rest is added up")
    func limit() throws {
        let result = try answer("namespace", [(["a", "b"], traffic(10, 3)), (["c", "d"], traffic(1, 0))], limit: 1)
        #expect(result.groups.count == 1 && result.otherGroupCount == 3 && result.others?.octets == 4)
    }

    @Test("numbers become blocks, the largest the tallest")
    func sparkline() {
        #expect(Sparkline.text([0, 1, 50, 100, nil], isUnicode: true) == " ▁▄█ ")
        #expect(Sparkline.text([0, 1, 50, 100, nil], isUnicode: false) == " .=@ ")
        #expect(Sparkline.text([0, nil], isUnicode: true) == "  ")
        #expect(
            Sparkline.bar(50, of: 100, width: 5, isUnicode: true) == "██▌" && Sparkline.bar(1, of: .max, width: 5, isUnicode: false) == "#")
    }

    @Test("steps begin at whole multiples of their length")
    func steps() {
        let range = TimeRange(from: Timestamp(seconds: 59), to: Timestamp(seconds: 181))
        #expect(range.steps(of: .seconds(60)).map(\.from.seconds) == [59, 60, 120, 180])
        #expect(range.steps(of: .seconds(60)).last?.to == range.to)
        #expect(TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 3600)).roundStep == .seconds(300))
        #expect(TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 10)).roundStep == .seconds(1))
    }
}
