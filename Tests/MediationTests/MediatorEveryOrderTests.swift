// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// Every order in which the records of a connection can come is stored as the same connection, for every type and verdict.
@Suite struct MediatorEveryOrderTests {
    /// What its nodes tell of one connection.
    struct Story: Sendable, CustomTestStringConvertible {
        let type: FlowType
        let verdict: Verdict
        let records: [Sample]

        var testDescription: String { "\(type.name), \(verdict)" }
    }

    enum Verdict: Sendable, CaseIterable {
        case none, allowed, egressDrop, egressReject, ingressDrop, ingressReject

        var isDenied: Bool { self != .none && self != .allowed }
        var isIngress: Bool { self == .ingressDrop || self == .ingressReject }
        var action: UInt64 { self == .egressDrop || self == .ingressDrop ? 2 : 3 }
    }

    static let stories: [Story] = FlowType.allCases.flatMap { type in
        Verdict.allCases.filter { exists($0, type) }.map { Story(type: type, verdict: $0, records: records(type, $0)) }
    }

    /// What leaves the cluster is refused on its way out only, what comes into it on its way in.
    private static func exists(_ verdict: Verdict, _ type: FlowType) -> Bool {
        switch type {
        case .intraNode, .interNode: true
        case .toExternal: !verdict.isDenied || !verdict.isIngress
        case .fromExternal: !verdict.isDenied || verdict.isIngress
        }
    }

    /// A half of the source, one of the destination, the refusal, the last word and a repetition, as far as they exist.
    private static func records(_ type: FlowType, _ verdict: Verdict) -> [Sample] {
        let isAllowed = verdict == .allowed
        func tell(_ side: Sample.Side, end: Double, octets: UInt64, hasEnded: Bool = false) -> Sample {
            Sample(side, end: end, octets: octets, hasEnded: hasEnded, type: type).saying { flow, names in
                if isAllowed, side != .destination, type != .fromExternal { flow.setVerdict(1, policy: "out", isIngress: false, &names) }
                if isAllowed, side != .source, type != .toExternal { flow.setVerdict(1, policy: "in", isIngress: true, &names) }
                flow[name: .tcpState] = names.id(of: hasEnded ? "TIME_WAIT" : "ESTABLISHED")
            }
        }
        let denied: (Sample.Side, Double) -> Sample = { side, end in
            Sample(side, start: 1, end: end, octets: 100, hasEnded: true, type: type).saying { flow, names in
                flow.setVerdict(verdict.action, policy: "no", isIngress: verdict.isIngress, &names)
            }
        }
        switch (type, verdict.isDenied) {
        case (.interNode, false):
            let half = tell(.source, end: 5, octets: 1000)
            return [
                half, tell(.destination, end: 6, octets: 900), tell(.source, end: 9, octets: 5000, hasEnded: true),
                tell(.destination, end: 10, octets: 5200, hasEnded: true), half,
            ]
        case (.interNode, true):
            let refusal = denied(verdict.isIngress ? .destination : .source, 4)
            return [tell(.source, end: 5, octets: 200), refusal, tell(.source, end: 9, octets: 300, hasEnded: true), refusal]
        case (.intraNode, true): return [denied(.both, 4), denied(.both, 2), denied(.both, 4)]
        case (.toExternal, true): return [denied(.source, 4), denied(.source, 2), denied(.source, 4)]
        case (.fromExternal, true): return [denied(.destination, 4), denied(.destination, 2), denied(.destination, 4)]
        case (_, false):
            let side: Sample.Side = type == .intraNode ? .both : type == .toExternal ? .source : .destination
            let first = tell(side, end: 5, octets: 1000)
            return [first, tell(side, end: 7, octets: 2500), tell(side, end: 10, octets: 5200, hasEnded: true), first]
        }
    }

    /// Together in one look, a second apart, and so far apart that each is stored alone first.
    @Test("every order of arrival is stored as the same connection", arguments: stories, [0, 1, 12] as [Double])
    func everyOrder(story: Story, gap: Double) throws {
        var first: [String]?
        for order in MediatorOrderTests.permutations(Array(story.records.indices)) {
            let run = Run()
            for (step, index) in order.enumerated() {
                if gap > 0 { run.advance(to: 10 + Double(step) * gap) }
                run.receive(story.records[index])
            }
            run.advance(to: 200)
            let stored = try run.only().lines(run)
            if let first { #expect(stored == first, "\(order)") } else { first = stored }
        }
        #expect(try #require(first).contains { $0.hasPrefix("observation = 1") })
    }
}

extension Run.Stored {
    /// What the store says of a connection in the end: sums, and every field but those of the last interval alone.
    fileprivate func lines(_ run: Run) -> [String] {
        var lines = sums.map { "sum of \(FlowSchema.name(of: $0.key)) = \($0.value)" }
        for definition in FlowSchema.fields where latest.isKnown(definition.field) && !definition.isOfInterval {
            let value =
                switch definition.kind {
                case .name: run.text(definition.field, of: latest) ?? ""
                case .unsigned: "\(latest[unsigned: definition.field] ?? 0)"
                case .time: latest[time: definition.field].map { "\($0)" } ?? ""
                case .address: latest[address: definition.field].map { "\($0)" } ?? ""
                case .uuid: "\(String(describing: latest[uuid: definition.field]))"
                }
            lines.append("\(definition.name) = \(value)")
        }
        return lines.sorted()
    }
}

extension FlowFieldDefinition {
    fileprivate var isOfInterval: Bool { name.contains("DeltaCount") || name.lowercased().contains("throughput") }
}
