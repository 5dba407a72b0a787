// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// What policy said: a refusal makes a record that can stand, and wins over an admission.
@Suite struct MediatorVerdictTests {
    private let egressDrop = Sample(.source, end: 1, octets: 100).saying { flow, names in
        flow.setVerdict(2, policy: "no-out", isIngress: false, &names)
    }
    private let ingressDrop = Sample(.destination, end: 1, octets: 100).saying { flow, names in
        flow.setVerdict(2, policy: "no-in", isIngress: true, &names)
    }
    private let sourceHalf = Sample(.source, start: 0.5, end: 5, octets: 300).saying { flow, names in
        flow.setVerdict(1, policy: "out", isIngress: false, &names)
    }

    @Test("dropped on egress: complete at once, for nothing left the node")
    func egress() throws {
        let run = Run()
        run.receive(egressDrop, at: 2)
        run.advance(to: 3)
        let stored = try run.only()
        #expect(stored.observation == .complete && stored.octets == 100)
        #expect(
            stored.latest[unsigned: .egressNetworkPolicyRuleAction] == 2
                && run.text(.egressNetworkPolicyName, of: stored.latest) == "no-out")
    }

    @Test("dropped on ingress: the source's half joins in either order, with both pods and both verdicts", arguments: [false, true])
    func ingress(isReversed: Bool) throws {
        let run = Run()
        let halves = isReversed ? [sourceHalf, ingressDrop] : [ingressDrop, sourceHalf]
        for (step, half) in halves.enumerated() {
            run.receive(half, at: 5 + Double(step) * 2)
        }
        run.advance(to: 71)
        let stored = try run.only()
        #expect(stored.observation == .complete && stored.holds(octets: 300))
        #expect(run.text(.sourcePodName, of: stored.latest) == "client" && run.text(.destinationPodName, of: stored.latest) == "web")
        #expect(
            stored.latest[unsigned: .ingressNetworkPolicyRuleAction] == 2
                && run.text(.ingressNetworkPolicyName, of: stored.latest) == "no-in")
        #expect(
            stored.latest[unsigned: .egressNetworkPolicyRuleAction] == 1 && run.text(.egressNetworkPolicyName, of: stored.latest) == "out")
    }

    @Test("a refusal wins over an admission of the same direction, as a whole, in either order", arguments: [false, true])
    func refusalWins(isReversed: Bool) throws {
        let allow = Sample(.destination, end: 1, octets: 100).saying { flow, names in
            flow.setVerdict(1, policy: "in", isIngress: true, &names)
            flow[name: .ingressNetworkPolicyNamespace] = names.id(of: "shop")
            flow[unsigned: .ingressNetworkPolicyType] = 1
        }
        let run = Run()
        for half in isReversed ? [allow, ingressDrop] : [ingressDrop, allow] { run.receive(half) }
        run.advance(to: 20)
        let stored = try run.only()
        #expect(
            stored.latest[unsigned: .ingressNetworkPolicyRuleAction] == 2
                && run.text(.ingressNetworkPolicyName, of: stored.latest) == "no-in")
        #expect(!stored.latest.isKnown(.ingressNetworkPolicyNamespace) && !stored.latest.isKnown(.ingressNetworkPolicyType))
    }

    @Test("what one record leaves out of a verdict another adds")
    func completion() throws {
        let run = Run()
        run.receive(Sample(.destination, end: 1, octets: 100).saying { flow, _ in flow[unsigned: .ingressNetworkPolicyRuleAction] = 1 })
        run.receive(
            Sample(.destination, end: 2, octets: 200).saying { flow, names in flow.setVerdict(1, policy: "in", isIngress: true, &names) })
        run.advance(to: 20)
        #expect(try run.text(.ingressNetworkPolicyName, of: run.only().latest) == "in")
    }

    @Test("a policy is not lost because its exporter tells no action")
    func withoutAction() throws {
        let run = Run()
        run.receive(
            Sample(.destination, end: 1, octets: 100).saying { flow, names in flow[name: .ingressNetworkPolicyName] = names.id(of: "in") })
        run.advance(to: 20)
        #expect(try run.text(.ingressNetworkPolicyName, of: run.only().latest) == "in")
        #expect(try run.only().latest.isKnown(.ingressNetworkPolicyRuleAction) == false)
    }

    @Test("a denied attempt and its entry in connection tracking, seen at a poll, are one connection")
    func attemptAndEntry() throws {
        let run = Run()
        let entry = Sample(.source, start: 4, end: 5, octets: 300)
        run.receive(egressDrop, at: 2)
        run.receive(entry, at: 6)
        run.advance(to: 70)
        #expect(try run.only().holds(octets: 300))
    }

    @Test("retransmissions that add up arrive as one connection's growth")
    func growth() throws {
        let run = Run()
        run.receive(egressDrop, at: 2)
        run.receive(egressDrop.with { $0.end = 4 }.with { $0.octets = 300 }, at: 6)
        run.advance(to: 70)
        #expect(try run.only().holds(octets: 300))
    }
}
